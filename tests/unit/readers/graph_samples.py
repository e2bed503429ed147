"""GraphDefs by hand, with TensorBoard's own messages."""

from tensorboard.compat.proto import graph_pb2, node_def_pb2

FLOAT = 1  # TensorFlow's number of the data type


def sizes(*dims):
    return {"dim": [{"size": size} for size in dims]}


def node(name, op, inputs=(), shapes=(), **attributes):
    one = node_def_pb2.NodeDef(name=name, op=op, input=inputs)
    for shape in shapes:
        one.attr["_output_shapes"].list.shape.add(**sizes(*shape))
    for key, value in attributes.items():
        if isinstance(value, tuple):
            one.attr[key].shape.CopyFrom(type(one.attr[key].shape)(**sizes(*value)))
        elif isinstance(value, str):
            one.attr[key].s = value.encode()
        else:
            one.attr[key].type = value
    return one


DENSE = graph_pb2.GraphDef(
    node=[
        node("x", "Placeholder", shapes=[(-1, 3)], dtype=FLOAT),
        node("dense/kernel", "VarHandleOp", dtype=FLOAT, shape=(3, 4)),
        node("dense/MatMul/Read", "ReadVariableOp", ["dense/kernel"], [(3, 4)], dtype=FLOAT),
        node("dense/MatMul", "MatMul", ["x", "dense/MatMul/Read", "^dense/kernel"], [(-1, 4)], T=FLOAT),
        node("one", "Const", dtype=FLOAT),
        node("split", "Split", ["one", "dense/MatMul"], [(-1, 2), (-1, 2)], T=FLOAT),
        node("out", "Identity", ["split:1"], [(-1, 2)], T=FLOAT, note="n"),
    ]
)
