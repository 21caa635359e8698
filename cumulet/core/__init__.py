"""Pure machine-learning logic: functions of their arguments, numpy at most (onnxruntime in `scoring` alone)."""
