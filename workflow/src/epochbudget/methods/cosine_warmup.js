function schedule({ lr, warmup_epochs }) {
  return (epoch) => lr * ((1 - Math.cos(Math.PI * ramp(epoch, warmup_epochs))) / 2);
}
