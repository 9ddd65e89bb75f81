// Adam's arithmetic on values in memory, on one thread.
#pragma once

#include <cstdint>
#include <span>

namespace brainmvp::train {

// What one step does to every value alike.
struct AdamFactors {
  float kept = 1;            // of the value, where its decay is decoupled
  float decay = 0;           // of the value, added to the gradient
  float new_in_average = 0;  // 1 - beta1
  float kept_of_squares = 0; // beta2
  float new_in_squares = 0;  // 1 - beta2
  float correction = 1;      // 1 / sqrt(1 - beta2^t)
  float epsilon = 0;
  float step = 0; // the learning rate / (1 - beta1^t)
};

// Where `count` values, the average of their gradients and that of the squares begin.
struct AdamValues {
  std::int64_t count = 0;
  float* values = nullptr;
  float* averages = nullptr;
  float* squares = nullptr;
};

// One step. A value's bits depend on its own numbers only.
void take_step(const AdamFactors& factors, const AdamValues& at, const float* gradients);

// Several steps, one after another, whose gradients are zero: the bits of as many calls of take_step.
void take_idle_steps(std::span<const AdamFactors> steps, const AdamValues& at);

} // namespace brainmvp::train
