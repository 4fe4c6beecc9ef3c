/* Preloaded into a redis-server: its wall clock is CLOCK_SHIFT_MS off. Durations are measured by another clock and stay right. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long shifted_us(void) {
  const char *shift_ms = getenv("CLOCK_SHIFT_MS");
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000 + (shift_ms ? atoll(shift_ms) * 1000 : 0);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  long long us = shifted_us();
  now->tv_sec = us / 1000000;
  now->tv_usec = us % 1000000;
  return 0;
}

time_t time(time_t *out) {
  time_t seconds = shifted_us() / 1000000;
  if (out) *out = seconds;
  return seconds;
}
