function schedule({ lr, warmup_epochs }) {
  return (epoch) => lr * ramp(epoch, warmup_epochs);
}
