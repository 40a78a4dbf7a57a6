// As in linear.py.
const SMALLEST_END_FACTOR = 1e-6;

function schedule({ lr, infimum_lr, end_factor }, budget) {
  if (end_factor === undefined) {
    checkInfimum(infimum_lr, lr);
    end_factor = Math.max(infimum_lr / lr, SMALLEST_END_FACTOR);
  }
  return (epoch) => lr * (1 + ((end_factor - 1) * epoch) / budget);
}
