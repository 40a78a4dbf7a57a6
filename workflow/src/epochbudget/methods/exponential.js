function schedule({ lr, gamma }) {
  return (epoch) => lr * gamma ** epoch;
}
