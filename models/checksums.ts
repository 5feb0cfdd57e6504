/** SHA-256 of each graph, built from the weights of @vladmandic/face-api 1.7. */
export const CHECKSUMS = {
  ssd_mobilenetv1: '24510aa5f800c93d6cb6f8c185936a1952fb0a94d15544edf2719b1b28b47dd0',
  tiny_face_detector: 'a31c75196cc04a60816ff557a0cbce029192963a593e081f506c31af4c676509',
  face_landmark_68: 'c2b4c9ee813f9f7d5fb17c5ba939843143002c00ad92666eeeb44e607f9c0be3',
  face_recognition: '5d10ec8f9d6ebe6af9fc9486c5f14ac46f1f339e7128e20706c954ead5186b56',
  face_recognition_int8: '12f814ba47d4030b1a0336c0acc600ce10f844b9721066a1dac166699bc40848'
} as const
