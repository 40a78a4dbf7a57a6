"""Benchmarks: each fast path beside its plain reference, in the same process."""
