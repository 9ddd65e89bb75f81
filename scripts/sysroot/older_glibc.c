// What g++ 12 and Debian 12's archives call that glibc 2.28 lacks. Linked, hidden, into each program and into libstdc++.
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>

#define HIDDEN __attribute__((visibility("hidden")))

// glibc 2.29 gave these a new version, whose only difference is that errors are reported only through errno.
#define OLDER(name, parameters, arguments)                                                                                       \
  double older_##name parameters;                                                                                                \
  __asm__(".symver older_" #name "," #name "@GLIBC_2.2.5");                                                                      \
  HIDDEN double name parameters { return older_##name arguments; }
OLDER(exp, (double x), (x))
OLDER(exp2, (double x), (x))
OLDER(log, (double x), (x))
OLDER(log2, (double x), (x))
OLDER(pow, (double x, double y), (x, y))

// 2.32. Never single-threaded: counts of shared pointers are then always atomic.
HIDDEN char __libc_single_threaded = 0;

// 2.36, for std::random_device.
HIDDEN unsigned int arc4random(void) {
  unsigned int value;
  while (getrandom(&value, sizeof value, 0) != sizeof value) {
  }
  return value;
}

// 2.30. Its callers in libstdc++ ask their own clock again when it returns, so a clock that was set makes it return early, or late by as much.
HIDDEN int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                  const struct timespec* until) {
  struct timespec theirs;
  struct timespec real;
  if (clock_gettime(clock, &theirs) != 0 || clock_gettime(CLOCK_REALTIME, &real) != 0) {
    return EINVAL;
  }
  real.tv_sec += until->tv_sec - theirs.tv_sec;
  real.tv_nsec += until->tv_nsec - theirs.tv_nsec;
  if (real.tv_nsec < 0) {
    real.tv_sec -= 1;
    real.tv_nsec += 1000000000;
  } else if (real.tv_nsec >= 1000000000) {
    real.tv_sec += 1;
    real.tv_nsec -= 1000000000;
  }
  return pthread_cond_timedwait(condition, mutex, &real);
}
