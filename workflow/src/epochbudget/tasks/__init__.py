"""Tasks = data + model + loss, one file per model; found by `epochbudget.registry`."""
