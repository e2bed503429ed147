"""Event files of TensorBoard, piece by piece: `app.readers.tensorboard` puts them together."""
