import protobuf from 'protobufjs'

/**
 * The messages of ONNX that the graphs need, with the field numbers of the specification (onnx.proto3 of ONNX 1.13,
 * Apache-2.0).
 */
const PROTO = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5;
  repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  oneof value { Tensor tensor_type = 1; }
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
}`

const ModelProto = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('onnx.ModelProto')

/** TensorProto.DataType */
export const DATA_TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const

/** Version of the intermediate representation and of the operator set that the graphs use. */
const IR_VERSION = 8
const OPSET_VERSION = 17

/** A tensor of a file: floats as 32 bits in little-endian order. */
export interface StoredTensor {
  dims: readonly number[]
  data_type: number
  name: string
  raw_data: Uint8Array
}

/** An operation of a file; attributes by what they hold. */
export interface StoredNode {
  input: readonly string[]
  output: readonly string[]
  op_type: string
  attribute: ReadonlyArray<{ name: string, f: number, i: number, t: StoredTensor | null, ints: readonly number[] }>
}

/** The part of a GraphProto that is read. */
export interface StoredGraph {
  node: readonly StoredNode[]
  initializer: readonly StoredTensor[]
  input: ReadonlyArray<{ name: string }>
  output: ReadonlyArray<{ name: string }>
}

/** The GraphProto of an ONNX file. Throws for what is no such file. */
export function decodeModel (bytes: Uint8Array): StoredGraph {
  const model = ModelProto.toObject(ModelProto.decode(bytes), { longs: Number, arrays: true, defaults: true })
  return model['graph'] as StoredGraph
}

/** Bytes of an ONNX file with the given GraphProto. The same graph always gives the same bytes. */
export function encodeModel (graph: object): Uint8Array {
  return ModelProto.encode(ModelProto.create({
    ir_version: IR_VERSION,
    producer_name: 'face-recognition-server',
    graph,
    opset_import: [{ domain: '', version: OPSET_VERSION }]
  })).finish()
}
