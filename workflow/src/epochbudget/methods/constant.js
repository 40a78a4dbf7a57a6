function schedule({ lr }) {
  return () => lr;
}
