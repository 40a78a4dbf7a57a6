"""What data sets are made of: simulators, samplers, image readers and the files' format."""
