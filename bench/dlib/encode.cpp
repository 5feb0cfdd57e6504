// What Python's face_recognition does for a photo, with dlib itself: a peer for `npm run accuracy` and `npm run bench`.
// Usage: encode MODELS, the folder with dlib's networks. Reads paths of photos, a line each; writes a line of JSON for each:
// the 128 numbers of its largest face, or null.
#include <algorithm>
#include <iostream>
#include <limits>
#include <dlib/dnn.h>
#include <dlib/image_io.h>
#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/revision.h>

using namespace dlib;

// The network of dlib_face_recognition_resnet_model_v1.dat, as dlib's documentation describes it (dnn_face_recognition_ex).
template <int FILTERS, int STRIDE, typename INPUT>
using convolutions = affine<con<FILTERS, 3, 3, 1, 1, relu<affine<con<FILTERS, 3, 3, STRIDE, STRIDE, INPUT>>>>>;
template <int FILTERS, typename INPUT>
using residual = relu<add_prev1<convolutions<FILTERS, 1, tag1<INPUT>>>>;
template <int FILTERS, typename INPUT>
using residual_down = relu<add_prev2<avg_pool<2, 2, 2, 2, skip1<tag2<convolutions<FILTERS, 2, tag1<INPUT>>>>>>>;

template <typename INPUT> using to32 = residual<32, residual<32, residual<32, INPUT>>>;
template <typename INPUT> using to64 = residual<64, residual<64, residual<64, residual_down<64, INPUT>>>>;
template <typename INPUT> using to128 = residual<128, residual<128, residual_down<128, INPUT>>>;
template <typename INPUT> using to256 = residual_down<256, residual<256, residual<256, residual_down<256, INPUT>>>>;
using recognition_network = loss_metric<fc_no_bias<128, avg_pool_everything<to256<to128<to64<to32<
  max_pool<3, 3, 2, 2, relu<affine<con<32, 7, 7, 2, 2, input_rgb_image_sized<150>>>>>>>>>>>>;

// face_recognition's defaults: the photo doubled once before its faces are looked for, five landmarks, no jitter.
constexpr long CHIP_SIDE = 150;
constexpr double CHIP_PADDING = 0.25;

int main (int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: encode MODELS" << std::endl;
    return 2;
  }
  const std::string models = argv[1];
  auto detect = get_frontal_face_detector();
  shape_predictor find_landmarks;
  deserialize(models + "/shape_predictor_5_face_landmarks.dat") >> find_landmarks;
  recognition_network encode;
  deserialize(models + "/dlib_face_recognition_resnet_model_v1.dat") >> encode;
  std::cout << "dlib " << DLIB_MAJOR_VERSION << '.' << DLIB_MINOR_VERSION << std::endl;
  std::cout.precision(std::numeric_limits<float>::max_digits10);

  for (std::string path; std::getline(std::cin, path);) {
    matrix<rgb_pixel> photo;
    load_image(photo, path);
    matrix<rgb_pixel> doubled = photo;
    pyramid_down<2> pyramid;
    pyramid_up(doubled, pyramid);
    const auto faces = detect(doubled);
    if (faces.empty()) {
      std::cout << "null" << std::endl;
      continue;
    }
    const auto largest = *std::max_element(faces.begin(), faces.end(), [](const rectangle& one, const rectangle& other) {
      return one.area() < other.area();
    });
    const auto landmarks = find_landmarks(photo, pyramid.rect_down(largest));
    matrix<rgb_pixel> chip;
    extract_image_chip(photo, get_face_chip_details(landmarks, CHIP_SIDE, CHIP_PADDING), chip);
    const matrix<float, 0, 1> encoding = encode(chip);
    for (long i = 0; i < encoding.size(); i++) std::cout << (i == 0 ? '[' : ',') << encoding(i);
    std::cout << ']' << std::endl;
  }
}
