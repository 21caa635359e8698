"""What runs inside batch transform: SageMaker script mode (model_fn, input_fn, predict_fn, output_fn)."""
