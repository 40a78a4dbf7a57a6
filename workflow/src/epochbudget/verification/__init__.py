"""What a run of the pipeline says about each published number and claim."""
