/**
 * Recorded by `npm run examples`; the photos are cut out of those in the npm package @vladmandic/face-api (MIT
 * licence).
 */
export const PHOTOS = {
  anna:
    'data:image/webp;base64,UklGRk4GAABXRUJQVlA4IEIGAAAQKQCdASpwAIMAPsFOoUunpCMitFZt4PAYCWQAurwAkCSvbz3rr' +
    'rnqG/wa9xZYRO0SWkQalUoJNLkfhe/y5f1h+qBuMmzyt0GYcWVY6uqVGrGc0eTnS6Rssj+g0mWxOWZAq1zSMGQISMkwLnD1gzVbK' +
    'M7cIh0sVswnm6QJYeCbbFW2CYN3NVunQJDTa4MoNPkPSs17VLsOYgL7Asy+bJs6Fbn/R5f411v5ehXt/f+iMz+BFFVGiwUSC1hRd' +
    '0tBHaMFP2sUcQ9MePtzFKqXm1yTh54ZnJhv7tZXCFzbupZEMTcztCULksbBW6I+lBDFvsZh0bO/g7hx9Shfe6NOM8TJ5eAcSOQd0' +
    '55D3x060t/Cdx4iHy6KI427O/QrFErYgZWF7/W011t767eluGduGegt33n50gESi9Q4JreOrUjsv4gM8CDxaD64lAD6QoynFAIAA' +
    'P7TgenhACAOz2bzyYvBuBHf/1w/lzpbLeF1PCymmmjaiNWHANl6oraGwh8h/SWaGdYH0sojgDHbA6aaYxsnrELfR8xKsZKvGh9G6' +
    'LAYoxPx6gGPviN4GapZlfQ0devj1m/cQeYypq6eIQk423tgys9svNyQNsQlp4SvjDTrTkeAj2i4qJljgoEzruaWC3VQV+DBtRYml' +
    'NDnRT5mwkxSlEI+Epn6S2zaoeTfK2c3dfetopt10sgArMXnDHjrvZwTymUJRpdmif6JNrW25Jh3KfqwqnKlQodRuvN2nxczhudn/' +
    'ayad9kP1CrgQ6rzgokrvKmbitZN23WjLXC+IwqjR+xMtQKl/8C5X6EEI4uJmE7ghihtH9gENAS+P9rbD88uIVHyxdlJgGFT7N3OD' +
    'DuFZXhsJyf22zHyeLkVvh+GHMbBOJC7xLB5jWC7jG5/H66dDhALI1j+wmUiRIswh3Zms+E5q+hkoZSTEq2Spw0yjrn0prQZ2s0P5' +
    'trN+XDDR+KTPKtwXZuZGj3Fl7TIc5/dhmZM7eVc3vPX8qU0DZGGGCkX5+5aV0ZCXwAAukjBqrcoNu+GDU+bkl6d4jlLUZRrl4saY' +
    'fFF8Vhf+JY3Ns4FhSIJ/jhV/ePz1wCdrkYwO6r64iGQOCqxiebdpjq1K6Chjkikx2U5oQAcWD4siRnFmORdBcw8Njorg4pTHwTtQ' +
    'r3PvT3GlamdX3bNpTjIlSm0tySqRjY+c0evmOvV4lqUsVQ4GEhoRZBVV9LAAs5WXNaUT7p7eG37yAenAyzXGAV3KMw2YeeZhRQJE' +
    'cZtqPCOfttUfppeWmWBDrOD+1St77lnqPf+RTGirPf+c4nrCCxdWqXjC/acIBBwayAOEmDn6FqzRMP1PWLW2rVvFENAMVUSK1B+j' +
    'OBanHnLWlng8JDmKU8Y0GDeBK73ofkq4pwgY+RLihZ0skY/sXuYwwfv04T5CfhRR8F0bmXk4ANYYfVviinlVufPS8xOqr8DeSvk1' +
    '9jHKGnw5mcdhhIO1JR+exUE6rh6nM4LucnzDdZilUNNMhTGsgXQ2FMj1NkdcX426NbdzC+LgaIe5oouCuEQ3q46lPMXMMWGUP35O' +
    '2nYBCLBDXI5bIIm8ooXBQpGZR2plO+IWMz3caY1RkDc0PCDUceVZOFfZSdNYJtLnDvswXZdj8E+L/cAhD0G6Muy8qHthLb8df6cW' +
    'DOTB9GGVcvKokCJqxckltZQY0CuD2Bc5th4TmrmYLqxC57hJVhgujU1ojo+8Ru0IjnfGA4VCjvNLZgNxOBid4M4o6sc58JQ8Cjx4' +
    'gb/adPtIkf9bi+AB9UJBjdVQkVCvD4GRKilK4HhFUEDqEw2T72IQZRb4Op9rEikkyIUrsshGF84DaLX5Ix0R4obYO7RCPk46pTWt' +
    'SHOY2hdd8+NcGArm3cClbKtqN2TXPRxQXBCLtKlIWrmsEt1mgaZQnNpIoacm9tdIfIj79vkwo/OIHDFcHlw4zSvETeF9GcWSNx/r' +
    'jUpUJ9NeHN+PRN9UNezPkK96E3sZ7Is2bh1351C+gIelkV55Xq7eCxDulLuHaduLJdDNTOFgZyN6I8DAPJ/2mIg70nvQ3Z/0AJMO' +
    'ZH3nHhAZ3PF3r6b0p3v27cwb3A8sgSnA7aNOg4wJU50585D2ggeGdnfKHELMHQtrUfYed3HrPAKv0lqlBHMQAA=',
  annaAgain:
    'data:image/webp;base64,UklGRkgFAABXRUJQVlA4IDwFAAAwJQCdASpwAIsAPtFWpE0oJCMiLLM+GQAaCWMAxfzxj51oE/vKt' +
    'pySTgMZ0N63Y/eVNhutKexsKA6XE3S/zOpT0ZchYzBn9utimrvWFlASByxIxLTr9dD8QB6SsIO11ql81m2QV5RHNkqBrwiTGp5KC' +
    'oihRX9Cds1BGr6885yTtIIq+MAPBhnH/GQ+XeoO/y4Ufbza+L6c/vW0Mi8syA5yrHSy3v7DyWKvp9hAvL/OO1hbDSGswOIgoCHtj' +
    'yo6XxFpdYP6134s4LXjOlLxYmCRkrvCzxpzPtlcqXBE3Nfs3YVLs+LQ/TjteeOYG/fHhXJjHHxZsTKNtDOblWUvTJlVNMrfDc3L3' +
    '6iyk1YhU4Y+5ieoBTC1scyyn4GYFykwATPspNwsr2no8rmKnSuy5h5lgoAA/u63+vpqrFWggIoi8oBGQtIKtu2yB6ibrCxleDjd1' +
    'VwItOZBs4i0V5hOUBorzWiM67vGKChN0RvpwTY5ucghRasAtGlcekKmnJqVjhCPHz1ZODN5ouHVKGLzjFG9ki4FC/3oY6WKaHRTc' +
    'e2e7AdreWWWBDZLNoYIw8lG94jJwXyp/RftvBMtOpR9wMjn5WthW08hyQUVs4Mn0mwg+Utgekv3ek/gszK+545wIAS6OCF9w+le0' +
    '4LFSsdDeeS5BNxiISr1CnSiV9YWQzah01xTQIQpU7lLj3tWBmCczSQVMxG/61wlOFUbWFqn7QgXvqJSsLRKMd5zi3K2zEgh9cs3l' +
    'pW59F1J4FdwiKErN0G0MV4Uygp4b2LRPc8aCmLMz5snsIiWkiaeqTNTIJ4R896WHrqUCrIxn4Pc0JsuHV7w/aSuk+aZGAcBRaDFB' +
    'I7y2GlnKSZgGQdbvDjvKjPGqy1Dw8OkUyOCwqZGJn+gcTwgd2ttTABuRIcQYcUgcCDsINiBfs/C7kKosmARxX29mJf0EMWn12d6P' +
    'Ga54gBJ9p3ORjDtG+qXscm15qIgz2ktgWpWVv20abJZDcLvOygyq3tIs9H2NGSZBJUdr1hhungmwXpFaJmBzeHypLS8/VwZnS8Ee' +
    '5qQBDjOyK4hdYsDJltk2iTYgZ0GkH/mZxpHDTBF57pRFxkAollKxHpxrlFRTPfaq+ITmDiEsd3yoBeMS6OlV8bjQ3/HqwxNTFq3T' +
    'WP0n+hJ5QWzJekqSflbylZJOmpmyGxx74RSFNMhsjZT4hYREN0SZ8ih0bnPW6oSKvV4uTdrqO1qTZN4fpoabSkBuYjB8tuplI53R' +
    'qt2pnzWZZQA1mh6MVWo7en2cOWomYPSIftjtJPXjWykoBZVcsrdvqHPh4DPKU5EqBHI6Gak4dI1eca/ZLzizqgM2RkPdK90UTOnh' +
    'fGbDn8i96a47aDsB/dBdWTNOmFX/zfy17T1R/0768KHLMW+DTIKR2iYnv2Gv1/59LYWZb643Ki6vk4BwOZsO+JeHti2LyMiR+U2K' +
    '9iHtN9A4fy03TXNZvDCNVryCpbBmCPKkKvwaBswzzDzCk8VKWZVjUQdXZ/mwgrTLrLzKVe1SETVaWwV2pVV9IK77WkStM9Ze826I' +
    '8HJsq3Dhxbt422ofeXdLd/WnqOy2eAyc0mAV2P6AhJdAX2F8Gccy541olcj/9BHP2Pwmz/f/Pf0x0jgfGLGsC3cccGjGasiMbA6A' +
    'sPM1LzGD49fTnk0ZaWuhcYB3ilK3nsyv+74sBSz23Q/FZvhzlj+7tfmPKoLy1hGDbO7aQdKSYZ0d0g3grOIb+mo31fcJaMZDLuFn' +
    'iw3CXUudk48+nS6sw9FsbFy1w5Rs90nMAAAAA==',
  stranger:
    'data:image/webp;base64,UklGRjQHAABXRUJQVlA4ICgHAACQMACdASpwAJUAPs1SoUunpKMhslQO6PAZiUAYMPQ1m/XWjRBFV' +
    'TtI8r0oYFncJOgrlNa7Wf222mV1sfFNlKpud8pB1GPNG75W6I9ZiV+iCB0vBTQF/mvRmDMz9gLsYD7N0hzA9GVJ477XfF/yQulWX' +
    'q9Eu6ZXevUXDqOIr52SZIFBS8ErHw6S0ymkSFRqWo/CtMMxkoT3WlFoOnBay2oxx0QU3yyRborSP8ISISsgz3sYGRVZoWFPOphIQ' +
    'SvokQ7OSQHtFq+2kCMLsOdF375/sNaTEuASo5d/sZ+bmZ4sq/mOvgok7UbLxbwjie7A7Sk3GVcikzRnCnT4M3zen7z25C93fpm7x' +
    'zCntOkeeF2tWR39UoFCSy5WUVs7TPbBSn/Qkn8d196wGFKaNRFy0lk6h4+PrT07GUlbz5yEPm4R/rex434g7TISgtlXjahx3fBpP' +
    'l7dgssKxW2XzFLr+7K9jxo9aNa+vXm/AcxSuyejabVMwzVnsyFX6/UBViqLIj4wi7KyaCFRTFFPsPbgAP71L2Phdc+Gs0eoX2Me+' +
    'aElAx/XooAlT7Z1vL1ndR8Q8BFaNrPC2XkT5aEFZDXqvG9tS69phTbsp8wdY32fnOtUhO1rQm2afdYnmT8pC8NlMpyxb6rCaTh7P' +
    'jL/uyQWmm4dpZKZy23T3hLjbqNHY2B5f14tU4IVMt8Qjijpi2ua7PE2/uq5kYZrl7Z9VTMpQGZk6ksb2Y6JgOFTA0130d73KqJXE' +
    'RUq7w0zIdJvEFnjrhO8iEMudmMjyUKIJh8wzQQQm6dtSVRxfSAv5d7KjWUeXq9WRt8YpqJUAYndW8EcadERtMt1uULwHp86O3oHG' +
    'VL7VJ+9RS5ny6DXIG6dUP2mtNwCgQz8R175HdXYiTk72rQVxvt+hUejVJvb34QqIdTv8pl9bquxxS2B6ij8Bx5Zmhvt7wp9Sc2Gj' +
    'QDZByMiKs0Tu9KbmIjeWOtAEQxZL7UveLMzWgOhmbfpikzOTIGibzXEzfHGayaVVVomdKuXFh76hntZSp9xEz+rmxZVPjSx5oYQx' +
    'axg/J2OU6sBUJLOJTrv9VbhVC7xPJmTAqmUYv5la2uwFdMGEkmPpPuso//HhaGKlKNvFCTLiE5IGWLtCxquQW/01anT5dwk7SyjD' +
    'N0cSw6Vekb0c66kYqdBrqQa6io01olgvfZmDj28Co8UoP5vAaitnD80EplLSXUcpluWLq1FRgDRhxD96lOuXghgQAoezvkIvWTf1' +
    'sDyzqniT4C6sK5WuA1QP2xQDQQfsILlHB68XnkE0FlK67BbIOUuAW+D7NegHHT3pjXoLMxZN0NB/qPuxjH4zZgrTsEjHX6wxxhdq' +
    'cHg2p1EEo1Sy07ccBV+tW1uKIw+2TOqvSCTGEDBFfCJvQFMIwBDzCWwEfgPHdO70DleygndfewDlVPYkuFYbR2aA21PsrBBjs4f+' +
    '666u5dMLLPfzWHGiUctcDC13+E7wqT0lcwZOnBVQ2O3ZiVfX+1kHfD11aDQUAZUDLrr7jG5fCLEWcPw+cIO5xY4v+CJ14iJVUFi7' +
    'z494W2qxWPdVaHf5bT5IfeYC6PfOeHiMZhyr8xZb5qrdsDDDeVTib/QM2kcB1IRg/Fj5HBQYLB5PDsNc1c8802kXPV8SuPKe3ZgW' +
    'EEegWZl0Jg+UZyMO5AidvK8myna13RF/2pZ6CzgFuy+vx+cFPFefS0DDzGmnn49mXAgRcFrbFNjFds9Byt1uwDiOH4njm7bb+egA' +
    'Aabjc7be4o2zcRX5UN2Z2B/BUaK9W1AZ2dlfrK3A7INfnkInxBoe3VczseqLuphfceeQFnD69TcpgkgvCLS+oI5ptelwz/Gaxrtv' +
    'vmHjub5WfVqbgN1c2selmv/1LKs4YKfQEUxOnq+/gEO8+hQHPSoMvj/hsMEAU4HI3pr4tKfOEUuQkgfJiz/WWQYgQtkXmDiXf0Wi' +
    'aQIYLIcj4bSlhk9xsW5ZqbRwZrXVGlJwUsFI5z4jZuUP8R5nmdYYyZa2at97NCkcLTSv3peDDSVvbn4Okr+sbXRaBRwwHTHq3mQ/' +
    '7B4iqn00uimtIPXY+vBseZ89s4CBNM5KBbMF3h7jxXIafc3llEheo896CSz3U6w0x2kdHgGt8vwU6oXUcfAWv0oG4oXrd9XIpvz2' +
    'KKUNgxPeRdvV35Ejrb2jY96uWdm0FN1IXVeTNps8ordaLSvkS0y99u/NUDKHNNl2jA91cmB/dMGEPPg4akWiEAvoLFK5y7gLfBAa' +
    'Ywk1CE9gqIEWYnQKf/BxSTYPnnKFJkW37iJ8hbm9vWBoHsNQCJXcBI3CHJUcN8HRa4xH/yyicgn5xWwGWa9gQvhAKbuvXtft3pdR' +
    'EbZRMhlrfjd+Eoq7uq9kR0AVgIxIlasRbhisZw/pS/vV5jhDvAREkh8n3W1vrmaiwEcCuZnwO4cXlXBcjFrIqlv/fgAAA=='
}

/** An example of an operation; `response` is the answer to `request`. */
export interface Example {
  summary: string
  request?: unknown
  response: unknown
}

/** By method and route, then by name. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = {
  'POST /register-face': {
    anna: {
      summary: 'A first photo of user 123',
      request: { user_id: 123, photo: PHOTOS.anna },
      response: {
        success: true,
        message: 'Face registered successfully',
        user_id: 123,
        registered_at: '2026-11-26T16:21:53.868Z',
        encoding_count: 1,
        quality: 0.8394,
        quality_measures: {
          detection: 1,
          size: 1,
          sharpness: 1,
          illumination: 1,
          exposure: 1,
          contrast: 1,
          pose: 1,
          occlusion: 1,
          compression: 1,
          stability: 0.8394
        }
      }
    }
  },
  'POST /recognize': {
    user: {
      summary: 'Another photo of user 123',
      request: { photo: PHOTOS.annaAgain },
      response: {
        success: true,
        message: 'Face recognized successfully',
        user_id: 123,
        confidence: 0.5349,
        distance: 0.4651,
        recognized_at: '2026-11-26T16:21:54.052Z',
        recognition_id: '2ab2154c-03c2-4328-bcfe-e29600988ad3'
      }
    },
    stranger: {
      summary: 'A photo of a stranger',
      request: { photo: PHOTOS.stranger },
      response: { success: false, message: 'Face not recognized', user_id: 'unknown', confidence: 0 }
    }
  },
  'POST /verify': {
    user: {
      summary: 'User 123, as claimed',
      request: { user_id: 123, photo: PHOTOS.annaAgain },
      response: {
        success: true,
        user_id: 123,
        verified: true,
        distance: 0.4651,
        confidence: 0.5349,
        tolerance: 0.6,
        box: { left: 5, top: 32, width: 62, height: 59 }
      }
    },
    stranger: {
      summary: 'Somebody who claims to be user 123',
      request: { user_id: 123, photo: PHOTOS.stranger },
      response: {
        success: true,
        user_id: 123,
        verified: false,
        distance: 0.8181,
        confidence: 0.1819,
        tolerance: 0.6,
        box: { left: 13, top: 48, width: 80, height: 74 }
      }
    }
  },
  'POST /compare': {
    same: {
      summary: 'Two photos of one person',
      request: { photos: [PHOTOS.anna, PHOTOS.annaAgain] },
      response: {
        success: true,
        same_person: true,
        distance: 0.4651,
        confidence: 0.5349,
        tolerance: 0.6,
        boxes: [{ left: 25, top: 34, width: 73, height: 71 }, { left: 5, top: 32, width: 62, height: 59 }]
      }
    },
    different: {
      summary: 'Photos of two people',
      request: { photos: [PHOTOS.anna, PHOTOS.stranger] },
      response: {
        success: true,
        same_person: false,
        distance: 0.8181,
        confidence: 0.1819,
        tolerance: 0.6,
        boxes: [{ left: 25, top: 34, width: 73, height: 71 }, { left: 13, top: 48, width: 80, height: 74 }]
      }
    }
  },
  'POST /detect': {
    portrait: {
      summary: 'A photo with one face',
      request: { photo: PHOTOS.stranger },
      response: {
        success: true,
        width: 112,
        height: 149,
        faces: [
          {
            box: { left: 15, top: 53, width: 74, height: 64 },
            score: 0.9276,
            points: {
              left_eye: [33.6, 66.8],
              right_eye: [59.1, 67.3],
              nose: [42.3, 82.1],
              left_mouth: [37.1, 94.4],
              right_mouth: [56.4, 94.6]
            },
            landmarks: [
              [22.9, 68.2],
              [23.2, 75.6],
              [24.7, 82.6],
              [26.3, 88.8],
              [28.6, 95.8],
              [31.8, 101.2],
              [35.2, 105.2],
              [39.5, 109.2],
              [47.5, 112],
              [56.2, 110],
              [63.2, 106.5],
              [68.8, 102.6],
              [73.6, 96.8],
              [76.7, 89.7],
              [78, 82.9],
              [79.4, 75.5],
              [80.2, 67.5],
              [24.5, 59.8],
              [26.7, 57.3],
              [30.4, 56.8],
              [34.1, 57.6],
              [37.5, 59.1],
              [52.2, 59.4],
              [56.2, 57.9],
              [60.7, 57],
              [66, 57.7],
              [70.3, 60.5],
              [44.5, 67.8],
              [43.6, 72.9],
              [42.6, 77.7],
              [42.3, 82.1],
              [40.1, 85],
              [41.7, 85.8],
              [44.1, 86.3],
              [46.8, 85.6],
              [49.2, 85.1],
              [29.5, 66.3],
              [31.3, 65.3],
              [35.1, 65.3],
              [38.6, 67.4],
              [35.4, 68.5],
              [31.7, 68.1],
              [53.8, 67.7],
              [57.1, 65.7],
              [61.1, 65.6],
              [64.3, 67.3],
              [61, 68.9],
              [57, 68.6],
              [37.1, 94.4],
              [39.1, 92.8],
              [42.3, 91.7],
              [44.5, 92],
              [46.6, 91.4],
              [51.6, 93],
              [56.4, 94.6],
              [52, 97.2],
              [48.5, 98.8],
              [45, 99.2],
              [42.2, 98.9],
              [39.5, 97.5],
              [37.7, 94.4],
              [42.2, 94.3],
              [44.9, 94.2],
              [47.9, 94.3],
              [55.4, 94.4],
              [48.1, 95.2],
              [45.1, 95.4],
              [42.4, 95.3]
            ],
            pose: { yaw: -16.4, pitch: -1.2, roll: 1.3 },
            quality: 0.9091,
            quality_measures: {
              detection: 1,
              size: 1,
              sharpness: 1,
              illumination: 1,
              exposure: 1,
              contrast: 1,
              pose: 1,
              occlusion: 1,
              compression: 1,
              stability: 0.9091
            },
            advice: []
          }
        ]
      }
    }
  },
  'GET /status/:user_id': {
    registered: {
      summary: 'Somebody registered',
      response: {
        success: true,
        user_id: 123,
        registered: true,
        last_updated: '2026-11-26T16:21:55.480Z',
        encoding_count: 1
      }
    }
  },
  'DELETE /face/:user_id': {
    registered: {
      summary: 'Somebody registered',
      response: { success: true, message: 'Face data deleted successfully', user_id: 123 }
    }
  },
  'GET /users': {
    all: {
      summary: 'Everybody',
      response: {
        success: true,
        users: [
          {
            user_id: 123,
            display_name: null,
            groups: [],
            valid_from: null,
            valid_until: null,
            updated_at: '2026-11-26T16:21:55.613Z',
            encoding_count: 1
          }
        ],
        next_cursor: null
      }
    }
  },
  'GET /users/:user_id': {
    registered: {
      summary: 'Somebody of whom nothing is set',
      response: {
        success: true,
        user_id: 123,
        display_name: null,
        groups: [],
        valid_from: null,
        valid_until: null,
        consent_id: null,
        metadata: {},
        updated_at: '2026-11-26T16:21:55.678Z',
        encoding_count: 1
      }
    }
  },
  'PUT /users/:user_id': {
    profile: {
      summary: 'A name, a group and an end',
      request: {
        display_name: 'Anna Lindqvist',
        groups: ['day'],
        valid_until: '2027-07-01T00:00:00.000Z',
        metadata: { badge: 17 }
      },
      response: {
        success: true,
        user_id: 123,
        display_name: 'Anna Lindqvist',
        groups: ['day'],
        valid_from: null,
        valid_until: '2027-07-01T00:00:00.000Z',
        consent_id: null,
        metadata: { badge: 17 },
        updated_at: '2026-11-26T16:21:55.767Z',
        encoding_count: 1
      }
    }
  },
  'DELETE /users/:user_id': {
    registered: {
      summary: 'Somebody registered',
      response: { success: true, message: 'Face data deleted successfully', user_id: 123 }
    }
  },
  'GET /users/:user_id/encodings': {
    two: {
      summary: 'Of two photos',
      response: {
        success: true,
        user_id: 123,
        encodings: [
          {
            id: '06909e383bd59160',
            registered_at: '2026-11-26T16:21:55.892Z',
            quality: 0.8394,
            kind: 'fr-feature/192-axes/five-points-v1',
            matches: 0
          },
          {
            id: 'fc447115b0a47afc',
            registered_at: '2026-11-26T16:21:55.947Z',
            quality: 0.9414,
            kind: 'fr-feature/192-axes/five-points-v1',
            matches: 0
          }
        ]
      }
    }
  },
  'GET /users/:user_id/encodings/:id': {
    first: {
      summary: 'The oldest of them',
      response: {
        success: true,
        user_id: 123,
        id: '06909e383bd59160',
        registered_at: '2026-11-26T16:21:56.007Z',
        quality: 0.8394,
        kind: 'fr-feature/192-axes/five-points-v1',
        matches: 0
      }
    }
  },
  'DELETE /users/:user_id/encodings/:id': {
    first: {
      summary: 'The oldest of two',
      response: { success: true, message: 'Encoding deleted', user_id: 123, encoding_count: 1 }
    }
  },
  'POST /users/:user_id/rejections': {
    photo: {
      summary: 'Somebody who was taken for user 123',
      request: { photo: PHOTOS.stranger },
      response: {
        success: true,
        user_id: 123,
        id: '5d270941-03bc-4fc6-ac73-455ff60be369',
        rejected_at: '2026-11-26T16:21:56.369Z'
      }
    }
  },
  'GET /users/:user_id/rejections': {
    one: {
      summary: 'One face',
      response: {
        success: true,
        user_id: 123,
        rejections: [{ id: 'f6e0c798-323c-4065-a58c-c11e8188290f', rejected_at: '2026-11-26T16:21:56.479Z' }]
      }
    }
  },
  'DELETE /users/:user_id/rejections/:id': {
    only: { summary: 'The only one', response: { success: true, user_id: 123, rejections: [] } }
  },
  'POST /attendance/events': {
    recognised: {
      summary: 'Somebody comes',
      request: { event_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', photo: PHOTOS.annaAgain },
      response: {
        success: true,
        event: {
          event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
          user_id: 123,
          at: '2026-11-26T16:21:57.063Z',
          recorded_at: '2026-11-26T16:21:57.063Z',
          direction: 'in',
          state: 'recorded',
          source: 'recognition',
          kiosk: 'ADMIN_KEY',
          confidence: 0.5349,
          quality: null,
          replaces: null,
          entered_by: null,
          reason: null,
          decisions: []
        },
        repeated: false
      }
    },
    claimed: {
      summary: 'Somebody whose face does not bear out the number typed',
      request: { event_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', user_id: 123, photo: PHOTOS.stranger },
      response: {
        success: true,
        event: {
          event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
          user_id: 123,
          at: '2026-11-26T16:21:57.213Z',
          recorded_at: '2026-11-26T16:21:57.213Z',
          direction: 'in',
          state: 'to_be_confirmed',
          source: 'claim',
          kiosk: 'ADMIN_KEY',
          confidence: null,
          quality: null,
          replaces: null,
          entered_by: null,
          reason: null,
          decisions: []
        },
        repeated: false
      }
    },
    stranger: {
      summary: 'A stranger',
      request: { event_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', photo: PHOTOS.stranger },
      response: { success: false, message: 'Face not recognized', user_id: 'unknown' }
    }
  },
  'POST /attendance/entries': {
    arrival: {
      summary: 'An arrival that no kiosk has seen',
      request: {
        user_id: 123,
        at: '2026-11-26T07:58:00.000Z',
        direction: 'in',
        reason: 'tablet was being charged',
        event_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
        kiosk: 'main gate'
      },
      response: {
        success: true,
        event: {
          event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
          user_id: 123,
          at: '2026-11-26T07:58:00.000Z',
          recorded_at: '2026-11-26T16:21:57.507Z',
          direction: 'in',
          state: 'recorded',
          source: 'manual',
          kiosk: 'main gate',
          confidence: null,
          quality: null,
          replaces: null,
          entered_by: 'admin-key',
          reason: 'tablet was being charged',
          decisions: []
        },
        repeated: false
      }
    }
  },
  'POST /attendance/events/:event_id/corrections': {
    earlier: {
      summary: 'It was earlier',
      request: { at: '2026-11-26T07:30:00.000Z', reason: 'wrong time entered' },
      response: {
        success: true,
        event: {
          event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff-1',
          user_id: 123,
          at: '2026-11-26T07:30:00.000Z',
          recorded_at: '2026-11-26T16:21:57.637Z',
          direction: 'in',
          state: 'recorded',
          source: 'manual',
          kiosk: 'main gate',
          confidence: null,
          quality: null,
          replaces: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
          entered_by: 'admin-key',
          reason: 'wrong time entered',
          decisions: []
        }
      }
    }
  },
  'POST /attendance/events/:event_id/decisions': {
    rejected: {
      summary: 'It does not count',
      request: { decision: 'rejected', reason: 'was not there' },
      response: {
        success: true,
        event: {
          event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
          user_id: 123,
          at: '2026-11-26T07:58:00.000Z',
          recorded_at: '2026-11-26T16:21:57.725Z',
          direction: 'in',
          state: 'rejected',
          source: 'manual',
          kiosk: 'main gate',
          confidence: null,
          quality: null,
          replaces: null,
          entered_by: 'admin-key',
          reason: 'tablet was being charged',
          decisions: [
            { decision: 'rejected', by: 'admin-key', at: '2026-11-26T16:21:57.742Z', reason: 'was not there' }
          ]
        }
      }
    }
  },
  'GET /attendance': {
    kiosk: {
      summary: 'Of one kiosk',
      response: {
        success: true,
        events: [
          {
            event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
            user_id: 123,
            at: '2026-11-26T07:58:00.000Z',
            recorded_at: '2026-11-26T16:21:57.843Z',
            direction: 'in',
            state: 'recorded',
            source: 'manual',
            kiosk: 'main gate',
            confidence: null,
            quality: null,
            replaces: null,
            entered_by: 'admin-key',
            reason: 'tablet was being charged',
            decisions: []
          }
        ],
        next_cursor: null
      }
    }
  },
  'GET /attendance/days': {
    day: {
      summary: 'A day on which somebody did not sign out',
      response: {
        success: true,
        days: [
          {
            day: '2026-11-26',
            user_id: 123,
            first_in: '2026-11-26T07:58:00.000Z',
            last_out: null,
            present_seconds: 0,
            open_ends: [{ at: '2026-11-26T07:58:00.000Z', direction: 'in' }]
          }
        ]
      }
    }
  },
  'GET /attendance/present': {
    one: {
      summary: 'One person',
      response: {
        success: true,
        present: [
          {
            event_id: '20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
            user_id: 123,
            at: '2026-11-26T16:21:58.007Z',
            recorded_at: '2026-11-26T16:21:58.012Z',
            direction: 'in',
            state: 'recorded',
            source: 'manual',
            kiosk: 'main gate',
            confidence: null,
            quality: null,
            replaces: null,
            entered_by: 'admin-key',
            reason: 'tablet was being charged',
            decisions: []
          }
        ]
      }
    }
  },
  'POST /keys': {
    kiosk: {
      summary: 'For a kiosk that sees one group',
      request: { name: 'main gate', role: 'kiosk', groups: ['day'] },
      response: {
        success: true,
        key: 'frs_8a04f1847837_…',
        id: '8a04f1847837',
        name: 'main gate',
        role: 'kiosk',
        created_at: '2026-11-26T16:21:58.086Z',
        groups: ['day']
      }
    }
  },
  'GET /keys': {
    one: {
      summary: 'One key',
      response: {
        success: true,
        keys: [
          {
            id: '3fb43ab11737',
            name: 'main gate',
            role: 'kiosk',
            created_at: '2026-11-26T16:21:58.159Z',
            groups: ['day']
          }
        ]
      }
    }
  },
  'POST /keys/:id/rotate': {
    day: {
      summary: 'The old secret stays valid for a day',
      request: {},
      response: {
        success: true,
        key: 'frs_a4a088eaa15a_…',
        id: 'a4a088eaa15a',
        name: 'main gate',
        role: 'kiosk',
        created_at: '2026-11-26T16:21:58.229Z',
        groups: ['day'],
        old_valid_until: '2026-11-27T16:21:58.241Z'
      }
    }
  },
  'DELETE /keys/:id': {
    kiosk: {
      summary: 'Of a kiosk',
      response: {
        success: true,
        message: 'Key revoked',
        id: 'e015e9c70484',
        name: 'main gate',
        role: 'kiosk',
        created_at: '2026-11-26T16:21:58.336Z',
        groups: ['day'],
        revoked_at: '2026-11-26T16:21:58.346Z'
      }
    }
  },
  'POST /pairings': {
    kiosk: {
      summary: 'For a kiosk that sees one group',
      request: { name: 'main gate', groups: ['day'] },
      response: { success: true, code: '673988', expires_at: '2026-11-26T16:26:58.439Z' }
    }
  },
  'POST /pairings/:code': {
    kiosk: {
      summary: 'A valid code',
      response: {
        success: true,
        key: 'frs_10af2f143ba0_…',
        id: '10af2f143ba0',
        name: 'main gate',
        role: 'kiosk',
        created_at: '2026-11-26T16:21:58.501Z'
      }
    }
  },
  'POST /session': {
    administrator: {
      summary: 'With ADMIN_KEY',
      response: {
        success: true,
        session: {
          id: '0fb28989210d',
          name: 'ADMIN_KEY',
          role: 'admin',
          key: 'admin-key',
          address: '127.0.0.1',
          created_at: '2026-11-26T16:21:58.549Z',
          last_used_at: '2026-11-26T16:21:58.549Z',
          expires_at: '2026-11-26T18:21:58.549Z'
        }
      }
    }
  },
  'GET /session': {
    key: { summary: 'A request with ADMIN_KEY', response: { success: true, name: 'ADMIN_KEY', role: 'admin' } }
  },
  'GET /sessions': {
    one: {
      summary: 'One session',
      response: {
        success: true,
        sessions: [
          {
            id: '260fd41bc9b0',
            name: 'ADMIN_KEY',
            role: 'admin',
            key: 'admin-key',
            address: '127.0.0.1',
            created_at: '2026-11-26T16:21:58.665Z',
            last_used_at: '2026-11-26T16:21:58.665Z',
            expires_at: '2026-11-26T18:21:58.665Z'
          }
        ]
      }
    }
  },
  'DELETE /sessions/:id': {
    one: { summary: 'Of another browser', response: { success: true, message: 'Session ended' } }
  },
  'GET /health/live': { live: { summary: 'It does', response: { status: 'live' } } },
  'GET /health/ready': { ready: { summary: 'Yes', response: { status: 'ready' } } }
}
