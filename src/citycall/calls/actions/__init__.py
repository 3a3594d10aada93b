"""Every change to a call, a pad, a call-back or a desk, one use case a function."""
