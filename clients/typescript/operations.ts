/** By `npm run clients` from the OpenAPI document: change the schemas of the routes instead. */

/** What is wrong, for programs. */
export type ErrorCode =
  | 'ENCODING_NOT_FOUND'
  | 'EVENT_NOT_FOUND'
  | 'EVENT_REPLACED'
  | 'EVENT_TIME_REFUSED'
  | 'FACE_ALREADY_REGISTERED'
  | 'FACE_MISMATCH'
  | 'FORBIDDEN'
  | 'GROUP_NOT_ALLOWED'
  | 'GROUP_NOT_FOUND'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_TOO_SMALL'
  | 'IMAGE_UNREADABLE'
  | 'INFERENCE_FAILED'
  | 'INFERENCE_TIMEOUT'
  | 'INTERNAL_ERROR'
  | 'INVALID_REQUEST'
  | 'KEY_NOT_FOUND'
  | 'LAST_ENCODING'
  | 'LOW_QUALITY'
  | 'MULTIPLE_FACES'
  | 'NOT_FOUND'
  | 'NO_FACE'
  | 'OVERLOADED'
  | 'PAYLOAD_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'RECOGNITION_NOT_FOUND'
  | 'REJECTION_NOT_FOUND'
  | 'REQUEST_TIMEOUT'
  | 'SESSION_NOT_FOUND'
  | 'SHUTTING_DOWN'
  | 'STORE_FULL'
  | 'STORE_UNAVAILABLE'
  | 'TOO_MANY_REJECTIONS'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_IMAGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'USER_CHANGED'
  | 'USER_NOT_FOUND'

/** What each operation takes and replies. */
export interface Operations {
  /** Enter an event by hand */
  addEntry: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body: {
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      /** ISO 8601, UTC */
      at: string
      direction: 'in' | 'out'
      reason: string
      /** Made by the kiosk, such as a UUID: sent again, the event is recorded once */
      event_id?: string
      kiosk?: string
    }
    reply: {
      success: true
      event: {
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }
      /** It was there already: sent twice, or a double tap */
      repeated: boolean
    }
  }
  /** Do two photos show the same person? */
  compare: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body: {
      photos: Array<string>
    }
    reply: {
      success: true
      same_person: boolean
      /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
      distance: number
      /** 1 - distance, never below 0 */
      confidence: number
      /** RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled */
      tolerance: number
      /** In the order of the photos */
      boxes: Array<{
        left: number
        top: number
        width: number
        height: number
      }>
    }
  }
  /** Trade a code for the key of a kiosk */
  completePairing: {
    path: {
      code: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** The key itself: shown now and never again */
      key: string
      id: string
      /** For people; it may be logged */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** ISO 8601, UTC */
      expires_at?: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
      /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
      addresses?: Array<string>
      /** ISO 8601, UTC */
      created_at: string
      /** ISO 8601, UTC */
      last_used_at?: string
      /** ISO 8601, UTC */
      revoked_at?: string
      /** ISO 8601, UTC */
      old_valid_until?: string
    }
  }
  /** Correct an event */
  correctEvent: {
    path: {
      event_id: string
    }
    query?: undefined
    headers?: undefined
    body: {
      /** ISO 8601, UTC */
      at?: string
      direction?: 'in' | 'out'
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id?: number | string
      reason: string
    }
    reply: {
      success: true
      event: {
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }
    }
  }
  /** Confirm or reject an event */
  decideEvent: {
    path: {
      event_id: string
    }
    query?: undefined
    headers?: undefined
    body: {
      decision: 'confirmed' | 'rejected'
      reason?: string
    }
    reply: {
      success: true
      event: {
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }
    }
  }
  /** Delete everything kept about a user */
  deleteFace: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
    }
  }
  /** Revoke a key */
  deleteKey: {
    path: {
      id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
      id: string
      /** For people; it may be logged */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** ISO 8601, UTC */
      expires_at?: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
      /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
      addresses?: Array<string>
      /** ISO 8601, UTC */
      created_at: string
      /** ISO 8601, UTC */
      last_used_at?: string
      /** ISO 8601, UTC */
      revoked_at?: string
      /** ISO 8601, UTC */
      old_valid_until?: string
    }
  }
  /** Delete everything kept about a user */
  deleteUser: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
    }
  }
  /** Delete an encoding */
  deleteUserEncoding: {
    path: {
      user_id: string
      id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      encoding_count: number
    }
  }
  /** Take the rejection of a face back */
  deleteUserRejection: {
    path: {
      user_id: string
      id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      rejections: Array<{
        id: string
        /** ISO 8601, UTC */
        rejected_at: string
      }>
    }
  }
  /** Which faces are in the photo? */
  detect: {
    path?: undefined
    query?: {
      max_faces?: number
    }
    headers?: undefined
    body: {
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo: string
    }
    reply: {
      success: true
      /** Of the upright photo, in pixels */
      width: number
      height: number
      faces: Array<{
        /** In pixels of the upright photo; it may reach over the edges */
        box: {
          left: number
          top: number
          width: number
          height: number
        }
        /** How sure the detector is */
        score: number
        /** Left and right as the photo shows them */
        points: {
          /** x and y in pixels of the upright photo */
          left_eye: Array<number>
          /** x and y in pixels of the upright photo */
          right_eye: Array<number>
          /** x and y in pixels of the upright photo */
          nose: Array<number>
          /** x and y in pixels of the upright photo */
          left_mouth: Array<number>
          /** x and y in pixels of the upright photo */
          right_mouth: Array<number>
        }
        /** In the order of the iBUG 300-W scheme, which dlib has made common */
        landmarks: Array<Array<number>>
        /** In degrees, 0 for a face that looks at the camera */
        pose: {
          /** Turned to the right side of the photo; an estimate */
          yaw: number
          /** Looking up; an estimate */
          pitch: number
          /** Tilted clockwise */
          roll: number
        }
        /** The lowest of the measures */
        quality: number
        quality_measures: Record<string, number>
        /** Why a registration would refuse the face; empty if it is good enough */
        advice: Array<{
          /** One of quality_measures */
          measure: string
          /** What to do about it */
          message: string
        }>
      }>
    } | {
      success: true
      /** In the order of the photos */
      results: Array<{
        success: true
        /** Of the upright photo, in pixels */
        width: number
        height: number
        faces: Array<{
          /** In pixels of the upright photo; it may reach over the edges */
          box: {
            left: number
            top: number
            width: number
            height: number
          }
          /** How sure the detector is */
          score: number
          /** Left and right as the photo shows them */
          points: {
            /** x and y in pixels of the upright photo */
            left_eye: Array<number>
            /** x and y in pixels of the upright photo */
            right_eye: Array<number>
            /** x and y in pixels of the upright photo */
            nose: Array<number>
            /** x and y in pixels of the upright photo */
            left_mouth: Array<number>
            /** x and y in pixels of the upright photo */
            right_mouth: Array<number>
          }
          /** In the order of the iBUG 300-W scheme, which dlib has made common */
          landmarks: Array<Array<number>>
          /** In degrees, 0 for a face that looks at the camera */
          pose: {
            /** Turned to the right side of the photo; an estimate */
            yaw: number
            /** Looking up; an estimate */
            pitch: number
            /** Tilted clockwise */
            roll: number
          }
          /** The lowest of the measures */
          quality: number
          quality_measures: Record<string, number>
          /** Why a registration would refuse the face; empty if it is good enough */
          advice: Array<{
            /** One of quality_measures */
            measure: string
            /** What to do about it */
            message: string
          }>
        }>
      } | {
        success: false
        message: string
        /** Of the same codes as other errors */
        code: string
      }>
    }
  }
  /** End a session */
  endAnySession: {
    path: {
      id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
    }
  }
  /** End my session */
  endOwnSession: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      message: string
    }
  }
  /** List events */
  getAttendance: {
    path?: undefined
    query?: {
      from?: string
      until?: string
      user_id?: string
      group?: string
      kiosk?: string
      direction?: 'in' | 'out'
      state?: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
      format?: 'json' | 'ndjson' | 'csv'
      limit?: number
      cursor?: string
    }
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      events: Array<{
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }>
      next_cursor: string | null
    }
  }
  /** Days and hours */
  getAttendanceDays: {
    path?: undefined
    query: {
      from: string
      until?: string
      user_id?: string
      group?: string
      format?: 'json' | 'ndjson' | 'csv'
    }
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      days: Array<{
        day: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        first_in: string | null
        last_out: string | null
        /** Between each in and the out that follows it */
        present_seconds: number
        /** Events whose other half is missing: no time is counted for them */
        open_ends: Array<{
          /** ISO 8601, UTC */
          at: string
          direction: 'in' | 'out'
        }>
      }>
    }
  }
  /** Who is in now */
  getAttendancePresent: {
    path?: undefined
    query?: {
      user_id?: string
      group?: string
    }
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      present: Array<{
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }>
    }
  }
  /** How a device learns to trust this server */
  getCa: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: string
  }
  /** The certificate authority of this server */
  getCaCrt: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: string
  }
  /** Is the server up? */
  getHealth: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      status: 'online'
      service: string
      /** ISO 8601, UTC */
      timestamp: string
      /** Whether the endpoints ask for a key */
      security: 'open' | 'closed'
      version?: string
      /** Registered users */
      registered_faces?: number
      face_data_dir?: string
      /** RECOGNITION_TOLERANCE */
      recognition_tolerance?: number
      /** Distance up to which a face is named now: it follows the number of people enrolled */
      tolerance_in_force?: number
      /** What makes the encodings of new registrations */
      recognition_network?: string
      /**
       * Registered users without an encoding of the present network: they are recognised by face-api's
       * as long as they have one of that
       */
      users_to_reenroll?: number
    }
  }
  /** Does the process answer? */
  getHealthLive: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      status: 'live'
    }
  }
  /** Should requests be sent here? */
  getHealthReady: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      status: 'ready'
    }
  }
  /** List the keys */
  getKeys: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      keys: Array<{
        id: string
        /** For people; it may be logged */
        name: string
        role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
        /** ISO 8601, UTC */
        expires_at?: string
        /** Of kiosks: they search these groups alone */
        groups?: Array<string>
        /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
        addresses?: Array<string>
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        last_used_at?: string
        /** ISO 8601, UTC */
        revoked_at?: string
        /** ISO 8601, UTC */
        old_valid_until?: string
      }>
    }
  }
  /** Figures for Prometheus */
  getMetrics: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: string
  }
  /** Who am I? */
  getSession: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Of the key */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** The caller sees users of these groups alone */
      groups?: Array<string>
      session?: {
        id: string
        /** Of the key */
        name: string
        role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
        /** The caller sees users of these groups alone */
        groups?: Array<string>
        /** Id of the key that was traded for it */
        key: string
        /** Whence it was opened */
        address: string
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        last_used_at: string
        /** ISO 8601, UTC */
        expires_at: string
      }
    }
  }
  /** List the sessions */
  getSessions: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      sessions: Array<{
        id: string
        /** Of the key */
        name: string
        role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
        /** The caller sees users of these groups alone */
        groups?: Array<string>
        /** Id of the key that was traded for it */
        key: string
        /** Whence it was opened */
        address: string
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        last_used_at: string
        /** ISO 8601, UTC */
        expires_at: string
      }>
    }
  }
  /** How much is enrolled and how busy the machine is */
  getStats: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      stats: {
        registered_users: number
        total_encodings: number
        /** Records that are not intact: register these users again */
        damaged_records: number
        /** Equal for servers that have the same encodings in memory */
        gallery_checksum: string
        recognition_tolerance: number
        decision: {
          /** Distance up to which a face is named now: the smallest of the others */
          tolerance: number
          /** RECOGNITION_TOLERANCE */
          configured: number
          /**
           * Where FALSE_MATCH_TARGET of strangers are named, by the calibration and the number of
           * encodings
           */
          by_table: number
          /** The same, moved by how alike the enrolled people are; null: too few to tell */
          by_site: number | null
          /** FALSE_MATCH_TARGET */
          false_match_target: number
          /** Encodings that a face is compared with */
          compared: number
        }
        data_directory: string
        server_info: {
          cpu_percent: number
          memory_percent: number
          /** Left out where the system does not tell */
          disk_usage?: number
        }
      }
    }
  }
  /** Is this user registered? */
  getStatus: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      registered: boolean
      last_updated: string | null
      encoding_count: number
    }
  }
  /** Read a user */
  getUser: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      display_name: string | null
      groups: Array<string>
      valid_from: string | null
      valid_until: string | null
      consent_id: string | null
      /** An object of up to 4 kB as JSON */
      metadata: Record<string, unknown>
      /** ISO 8601, UTC */
      updated_at: string
      encoding_count: number
    }
  }
  /** Read about an encoding */
  getUserEncoding: {
    path: {
      user_id: string
      id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      id: string
      /** ISO 8601, UTC */
      registered_at: string
      /** 0 where it is not known */
      quality: number
      /** Network, arithmetic and alignment that made it */
      kind: string
      /** Recognitions in which it was the nearest of the user's */
      matches: number
    }
  }
  /** List a user's encodings */
  getUserEncodings: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      encodings: Array<{
        id: string
        /** ISO 8601, UTC */
        registered_at: string
        /** 0 where it is not known */
        quality: number
        /** Network, arithmetic and alignment that made it */
        kind: string
        /** Recognitions in which it was the nearest of the user's */
        matches: number
      }>
    }
  }
  /** Everything kept about a user */
  getUserExport: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** ISO 8601, UTC */
      exported_at: string
      /**
       * Display name, metadata, groups, consent, validity and encodings, each with the face, a JPEG in
       * base64, where it was kept
       */
      record: Record<string, unknown>
      /** Day of the last recognition, in UTC */
      last_seen: string | null
      attendance: Array<{
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }>
      /** Who enrolled, changed or exported the user, when and from where */
      audit: Array<Record<string, unknown>>
    }
  }
  /** List the faces that are not the user's */
  getUserRejections: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      rejections: Array<{
        id: string
        /** ISO 8601, UTC */
        rejected_at: string
      }>
    }
  }
  /** List users */
  getUsers: {
    path?: undefined
    query?: {
      limit?: number
      cursor?: string
      order?: 'id' | '-id' | 'name' | '-name' | 'updated' | '-updated'
      group?: string
      validity?: 'valid' | 'not_yet' | 'expired'
      search?: string
      updated_since?: string
    }
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      users: Array<{
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        display_name: string | null
        groups: Array<string>
        valid_from: string | null
        valid_until: string | null
        /** ISO 8601, UTC */
        updated_at: string
        encoding_count: number
      }>
      next_cursor: string | null
    }
  }
  /** Make a code for a kiosk */
  openPairing: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body: {
      /** For people; it may be logged */
      name: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
    }
    reply: {
      success: true
      code: string
      /** ISO 8601, UTC */
      expires_at: string
    }
  }
  /** Trade a key for a session */
  openSession: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: {
      success: true
      session: {
        id: string
        /** Of the key */
        name: string
        role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
        /** The caller sees users of these groups alone */
        groups?: Array<string>
        /** Id of the key that was traded for it */
        key: string
        /** Whence it was opened */
        address: string
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        last_used_at: string
        /** ISO 8601, UTC */
        expires_at: string
      }
    }
  }
  /** Give a key a new secret */
  postKeyRotate: {
    path: {
      id: string
    }
    query?: undefined
    headers?: undefined
    body: null | {
      /** ISO 8601, UTC */
      old_valid_until?: string
    }
    reply: {
      success: true
      /** The key itself: shown now and never again */
      key: string
      id: string
      /** For people; it may be logged */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** ISO 8601, UTC */
      expires_at?: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
      /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
      addresses?: Array<string>
      /** ISO 8601, UTC */
      created_at: string
      /** ISO 8601, UTC */
      last_used_at?: string
      /** ISO 8601, UTC */
      revoked_at?: string
      /** ISO 8601, UTC */
      old_valid_until?: string
    }
  }
  /** Make a key */
  postKeys: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body: {
      /** For people; it may be logged */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** ISO 8601, UTC */
      expires_at?: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
      /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
      addresses?: Array<string>
    }
    reply: {
      success: true
      /** The key itself: shown now and never again */
      key: string
      id: string
      /** For people; it may be logged */
      name: string
      role: 'kiosk' | 'enroller' | 'admin' | 'monitor'
      /** ISO 8601, UTC */
      expires_at?: string
      /** Of kiosks: they search these groups alone */
      groups?: Array<string>
      /** Addresses and subnets, such as 192.168.7.0/24, it is valid from */
      addresses?: Array<string>
      /** ISO 8601, UTC */
      created_at: string
      /** ISO 8601, UTC */
      last_used_at?: string
      /** ISO 8601, UTC */
      revoked_at?: string
      /** ISO 8601, UTC */
      old_valid_until?: string
    }
  }
  /** Reject a face */
  postUserRejections: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: undefined
    body: {
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo: string
    } | {
      /** Of the answer of /recognize */
      recognition_id: string
    }
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      id: string
      /** ISO 8601, UTC */
      rejected_at: string
    }
  }
  /** Import people with their photos */
  postUsersImport: {
    path?: undefined
    query?: undefined
    headers?: undefined
    body?: undefined
    reply: string
  }
  /** Replace what is set of a user */
  putUser: {
    path: {
      user_id: string
    }
    query?: undefined
    headers?: {
      'if-match'?: string
    }
    body: {
      display_name?: string | null
      groups?: Array<string>
      valid_from?: string | null
      valid_until?: string | null
      consent_id?: string | null
      /** An object of up to 4 kB as JSON */
      metadata?: Record<string, unknown>
    }
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      display_name: string | null
      groups: Array<string>
      valid_from: string | null
      valid_until: string | null
      consent_id: string | null
      /** An object of up to 4 kB as JSON */
      metadata: Record<string, unknown>
      /** ISO 8601, UTC */
      updated_at: string
      encoding_count: number
    }
  }
  /** Recognise a face */
  recognize: {
    path?: undefined
    query?: {
      group?: string
      faces?: 'all'
      max_faces?: number
      top_k?: number
      record?: 'true' | 'false'
      direction?: 'in' | 'out'
    }
    headers?: undefined
    body: {
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo: string
    }
    reply: {
      success: true
      message: string
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      /** 1 - distance */
      confidence: number
      /** Euclidean distance of the encodings */
      distance: number
      /** ISO 8601, UTC */
      recognized_at: string
      /** Where one is set, for callers with a key */
      display_name?: string
      /** By which the face can be rejected for ten minutes; with a key only */
      recognition_id?: string
      /** With top_k: the nearest users, near enough or not */
      candidates?: Array<{
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
        distance: number
        /** 1 - distance, never below 0 */
        confidence: number
      }>
      event?: {
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }
      /** It was there already: sent twice, or a double tap */
      repeated?: boolean
    } | {
      success: false
      message: string
      user_id: 'unknown'
      confidence: 0
      /** Nearly as close to a second user as to the first */
      code?: 'AMBIGUOUS'
      /** With top_k: the nearest users, near enough or not */
      candidates?: Array<{
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
        distance: number
        /** 1 - distance, never below 0 */
        confidence: number
      }>
    } | {
      success: true
      /** Of the upright photo, in pixels */
      width: number
      height: number
      /** ISO 8601, UTC */
      recognized_at: string
      /** The largest first; nobody is named twice */
      faces: Array<{
        /** In pixels of the upright photo; it may reach over the edges */
        box: {
          left: number
          top: number
          width: number
          height: number
        }
        recognized: boolean
        user_id: number | string | 'unknown'
        /** 1 - distance, never below 0 */
        confidence: number
        /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
        distance?: number
        /** Where one is set, for callers with a key */
        display_name?: string
        /** By which the face can be rejected for ten minutes; with a key only */
        recognition_id?: string
        code?: 'AMBIGUOUS'
        /** With top_k: the nearest users, near enough or not */
        candidates?: Array<{
          /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
          user_id: number | string
          /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
          distance: number
          /** 1 - distance, never below 0 */
          confidence: number
        }>
        event?: {
          event_id: string
          /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
          user_id: number | string
          /** ISO 8601, UTC */
          at: string
          /** ISO 8601, UTC */
          recorded_at: string
          direction: 'in' | 'out'
          /** recorded and confirmed ones count */
          state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
          source: 'recognition' | 'offline' | 'claim' | 'manual'
          kiosk: string | null
          confidence: number | null
          quality: number | null
          replaces: string | null
          entered_by: string | null
          reason: string | null
          decisions: Array<{
            decision: 'confirmed' | 'rejected' | 'replaced'
            by: string
            /** ISO 8601, UTC */
            at: string
            reason: string | null
          }>
        }
        /** It was there already: sent twice, or a double tap */
        repeated?: boolean
      }>
    } | {
      success: true
      /** In the order of the photos */
      results: Array<{
        success: true
        message: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** 1 - distance */
        confidence: number
        /** Euclidean distance of the encodings */
        distance: number
        /** ISO 8601, UTC */
        recognized_at: string
        /** Where one is set, for callers with a key */
        display_name?: string
        /** By which the face can be rejected for ten minutes; with a key only */
        recognition_id?: string
        /** With top_k: the nearest users, near enough or not */
        candidates?: Array<{
          /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
          user_id: number | string
          /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
          distance: number
          /** 1 - distance, never below 0 */
          confidence: number
        }>
        event?: {
          event_id: string
          /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
          user_id: number | string
          /** ISO 8601, UTC */
          at: string
          /** ISO 8601, UTC */
          recorded_at: string
          direction: 'in' | 'out'
          /** recorded and confirmed ones count */
          state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
          source: 'recognition' | 'offline' | 'claim' | 'manual'
          kiosk: string | null
          confidence: number | null
          quality: number | null
          replaces: string | null
          entered_by: string | null
          reason: string | null
          decisions: Array<{
            decision: 'confirmed' | 'rejected' | 'replaced'
            by: string
            /** ISO 8601, UTC */
            at: string
            reason: string | null
          }>
        }
        /** It was there already: sent twice, or a double tap */
        repeated?: boolean
      } | {
        success: false
        message: string
        user_id: 'unknown'
        confidence: 0
        /** Nearly as close to a second user as to the first */
        code?: 'AMBIGUOUS'
        /** With top_k: the nearest users, near enough or not */
        candidates?: Array<{
          /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
          user_id: number | string
          /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
          distance: number
          /** 1 - distance, never below 0 */
          confidence: number
        }>
      } | {
        success: true
        /** Of the upright photo, in pixels */
        width: number
        height: number
        /** ISO 8601, UTC */
        recognized_at: string
        /** The largest first; nobody is named twice */
        faces: Array<{
          /** In pixels of the upright photo; it may reach over the edges */
          box: {
            left: number
            top: number
            width: number
            height: number
          }
          recognized: boolean
          user_id: number | string | 'unknown'
          /** 1 - distance, never below 0 */
          confidence: number
          /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
          distance?: number
          /** Where one is set, for callers with a key */
          display_name?: string
          /** By which the face can be rejected for ten minutes; with a key only */
          recognition_id?: string
          code?: 'AMBIGUOUS'
          /** With top_k: the nearest users, near enough or not */
          candidates?: Array<{
            /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
            user_id: number | string
            /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
            distance: number
            /** 1 - distance, never below 0 */
            confidence: number
          }>
          event?: {
            event_id: string
            /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
            user_id: number | string
            /** ISO 8601, UTC */
            at: string
            /** ISO 8601, UTC */
            recorded_at: string
            direction: 'in' | 'out'
            /** recorded and confirmed ones count */
            state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
            source: 'recognition' | 'offline' | 'claim' | 'manual'
            kiosk: string | null
            confidence: number | null
            quality: number | null
            replaces: string | null
            entered_by: string | null
            reason: string | null
            decisions: Array<{
              decision: 'confirmed' | 'rejected' | 'replaced'
              by: string
              /** ISO 8601, UTC */
              at: string
              reason: string | null
            }>
          }
          /** It was there already: sent twice, or a double tap */
          repeated?: boolean
        }>
      } | {
        success: false
        message: string
        /** Of the same codes as other errors */
        code: string
      }>
    }
  }
  /** Record somebody at the door */
  recordEvent: {
    path?: undefined
    query?: {
      event_id?: string
      at?: string
      direction?: 'in' | 'out'
      user_id?: string
    }
    headers?: undefined
    body: {
      /** Made by the kiosk, such as a UUID: sent again, the event is recorded once */
      event_id: string
      /** ISO 8601, UTC */
      at?: string
      direction?: 'in' | 'out'
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id?: number | string
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo?: string
    }
    reply: {
      success: true
      event: {
        event_id: string
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        /** ISO 8601, UTC */
        at: string
        /** ISO 8601, UTC */
        recorded_at: string
        direction: 'in' | 'out'
        /** recorded and confirmed ones count */
        state: 'recorded' | 'to_be_confirmed' | 'confirmed' | 'rejected' | 'replaced'
        source: 'recognition' | 'offline' | 'claim' | 'manual'
        kiosk: string | null
        confidence: number | null
        quality: number | null
        replaces: string | null
        entered_by: string | null
        reason: string | null
        decisions: Array<{
          decision: 'confirmed' | 'rejected' | 'replaced'
          by: string
          /** ISO 8601, UTC */
          at: string
          reason: string | null
        }>
      }
      /** It was there already: sent twice, or a double tap */
      repeated: boolean
    } | {
      success: false
      message: string
      user_id: 'unknown'
    }
  }
  /** Register a face */
  registerFace: {
    path?: undefined
    query?: {
      user_id?: string
      replace?: 'true' | 'false'
      consent_id?: string
    }
    headers?: undefined
    body: {
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo: string
      /** Drops the encodings that the user has, which the face then need not resemble */
      replace?: boolean
      /** Names the consent that the person has given; kept with the encodings and erased with them */
      consent_id?: string
    }
    reply: {
      success: true
      message: string
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      /** ISO 8601, UTC */
      registered_at: string
      encoding_count: number
      /** The lowest of the measures */
      quality: number
      quality_measures: Record<string, number>
    }
  }
  /** Is this the user? */
  verify: {
    path?: undefined
    query?: {
      user_id?: string
    }
    headers?: undefined
    body: {
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      /** JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64 */
      photo: string
    }
    reply: {
      success: true
      /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
      user_id: number | string
      verified: boolean
      /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
      distance: number
      /** 1 - distance, never below 0 */
      confidence: number
      /** RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled */
      tolerance: number
      /** In pixels of the upright photo; it may reach over the edges */
      box: {
        left: number
        top: number
        width: number
        height: number
      }
    } | {
      success: true
      /** In the order of the photos */
      results: Array<{
        success: true
        /** Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$ */
        user_id: number | string
        verified: boolean
        /** On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive */
        distance: number
        /** 1 - distance, never below 0 */
        confidence: number
        /** RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled */
        tolerance: number
        /** In pixels of the upright photo; it may reach over the edges */
        box: {
          left: number
          top: number
          width: number
          height: number
        }
      } | {
        success: false
        message: string
        /** Of the same codes as other errors */
        code: string
      }>
    }
  }
}

/** Method and path of each operation. */
export const OPERATIONS = {
  addEntry: ['POST', '/attendance/entries'],
  compare: ['POST', '/compare'],
  completePairing: ['POST', '/pairings/{code}'],
  correctEvent: ['POST', '/attendance/events/{event_id}/corrections'],
  decideEvent: ['POST', '/attendance/events/{event_id}/decisions'],
  deleteFace: ['DELETE', '/face/{user_id}'],
  deleteKey: ['DELETE', '/keys/{id}'],
  deleteUser: ['DELETE', '/users/{user_id}'],
  deleteUserEncoding: ['DELETE', '/users/{user_id}/encodings/{id}'],
  deleteUserRejection: ['DELETE', '/users/{user_id}/rejections/{id}'],
  detect: ['POST', '/detect'],
  endAnySession: ['DELETE', '/sessions/{id}'],
  endOwnSession: ['DELETE', '/session'],
  getAttendance: ['GET', '/attendance'],
  getAttendanceDays: ['GET', '/attendance/days'],
  getAttendancePresent: ['GET', '/attendance/present'],
  getCa: ['GET', '/ca'],
  getCaCrt: ['GET', '/ca.crt'],
  getHealth: ['GET', '/health'],
  getHealthLive: ['GET', '/health/live'],
  getHealthReady: ['GET', '/health/ready'],
  getKeys: ['GET', '/keys'],
  getMetrics: ['GET', '/metrics'],
  getSession: ['GET', '/session'],
  getSessions: ['GET', '/sessions'],
  getStats: ['GET', '/stats'],
  getStatus: ['GET', '/status/{user_id}'],
  getUser: ['GET', '/users/{user_id}'],
  getUserEncoding: ['GET', '/users/{user_id}/encodings/{id}'],
  getUserEncodings: ['GET', '/users/{user_id}/encodings'],
  getUserExport: ['GET', '/users/{user_id}/export'],
  getUserRejections: ['GET', '/users/{user_id}/rejections'],
  getUsers: ['GET', '/users'],
  openPairing: ['POST', '/pairings'],
  openSession: ['POST', '/session'],
  postKeyRotate: ['POST', '/keys/{id}/rotate'],
  postKeys: ['POST', '/keys'],
  postUserRejections: ['POST', '/users/{user_id}/rejections'],
  postUsersImport: ['POST', '/users/import'],
  putUser: ['PUT', '/users/{user_id}'],
  recognize: ['POST', '/recognize'],
  recordEvent: ['POST', '/attendance/events'],
  registerFace: ['POST', '/register-face'],
  verify: ['POST', '/verify']
} as const
