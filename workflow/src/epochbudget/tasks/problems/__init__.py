"""What the tasks share: data resident on the device, batched losses, validation."""
