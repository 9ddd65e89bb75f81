#include "train/adam_kernel.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/adam_kernel.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::train {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
using Bits = hn::Rebind<std::uint32_t, Tag>;

constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(Tag()));

// Of some values.
struct State {
  Vector value, average, square;
};

// Products are joined to sums by hand: what the compiler would choose might differ from place to place.
HWY_INLINE void step_one(const AdamFactors& f, Vector gradient, State& s) {
  const Tag tag;
  const Vector g = hn::MulAdd(s.value, hn::Set(tag, f.decay), gradient);
  s.average = hn::MulAdd(hn::Set(tag, f.new_in_average), hn::Sub(g, s.average), s.average);
  s.square = hn::MulAdd(hn::Mul(g, hn::Set(tag, f.new_in_squares)), g, hn::Mul(s.square, hn::Set(tag, f.kept_of_squares)));
  const Vector deviation = hn::MulAdd(hn::Sqrt(s.square), hn::Set(tag, f.correction), hn::Set(tag, f.epsilon));
  const Vector change = hn::Div(hn::Mul(s.average, hn::Set(tag, -f.step)), deviation);
  s.value = hn::MulAdd(s.value, hn::Set(tag, f.kept), change);
}

// Whether the averages do not move: then only the decay is left of a step, bit for bit.
HWY_INLINE bool is_at_rest(Vector gradient, const State& s) {
  const Bits bits;
  const auto any = hn::Or(hn::Or(hn::BitCast(bits, s.average), hn::BitCast(bits, s.square)), hn::BitCast(bits, gradient));
  return hn::AllTrue(bits, hn::Eq(any, hn::Zero(bits)));
}

HWY_INLINE State load_state(const AdamValues& at, std::int64_t i) {
  const Tag tag;
  return {hn::LoadU(tag, at.values + i), hn::LoadU(tag, at.averages + i), hn::LoadU(tag, at.squares + i)};
}

HWY_INLINE void store_state(const State& s, const AdamValues& at, std::int64_t i) {
  const Tag tag;
  hn::StoreU(s.value, tag, at.values + i);
  hn::StoreU(s.average, tag, at.averages + i);
  hn::StoreU(s.square, tag, at.squares + i);
}

// Calls work(values, gradients) for all of them, and for the last few on copies that fill a vector.
template <class Work>
HWY_INLINE void with_whole_vectors(const AdamValues& at, const float* gradients, const Work& work) {
  const std::int64_t whole = at.count / kLanes * kLanes, rest = at.count - whole;
  work(AdamValues{.count = whole, .values = at.values, .averages = at.averages, .squares = at.squares}, gradients);
  if (rest == 0) {
    return;
  }
  float values[kLanes] = {}, averages[kLanes] = {}, squares[kLanes] = {}, own_gradients[kLanes] = {};
  std::copy_n(at.values + whole, rest, values);
  std::copy_n(at.averages + whole, rest, averages);
  std::copy_n(at.squares + whole, rest, squares);
  if (gradients != nullptr) {
    std::copy_n(gradients + whole, rest, own_gradients);
  }
  work(AdamValues{.count = kLanes, .values = values, .averages = averages, .squares = squares}, own_gradients);
  std::copy_n(values, rest, at.values + whole);
  std::copy_n(averages, rest, at.averages + whole);
  std::copy_n(squares, rest, at.squares + whole);
}

void step_values(const AdamFactors& factors, const AdamValues& all, const float* all_gradients) {
  const Tag tag;
  with_whole_vectors(all, all_gradients, [&](const AdamValues& at, const float* gradients) {
    for (std::int64_t i = 0; i < at.count; i += kLanes) {
      const Vector gradient = hn::LoadU(tag, gradients + i);
      State state = load_state(at, i);
      if (factors.decay == 0 && is_at_rest(gradient, state)) {
        hn::StoreU(hn::Mul(state.value, hn::Set(tag, factors.kept)), tag, at.values + i);
      } else {
        step_one(factors, gradient, state);
        store_state(state, at, i);
      }
    }
  });
}

void idle_values(std::span<const AdamFactors> steps, const AdamValues& all) {
  const Tag tag;
  const bool decays_apart = std::ranges::all_of(steps, [](const AdamFactors& step) { return step.decay == 0; });
  with_whole_vectors(all, nullptr, [&](const AdamValues& at, const float*) {
    for (std::int64_t i = 0; i < at.count; i += kLanes) {
      State state = load_state(at, i);
      if (decays_apart && is_at_rest(hn::Zero(tag), state)) {
        for (const AdamFactors& step : steps) {
          state.value = hn::Mul(state.value, hn::Set(tag, step.kept));
        }
        hn::StoreU(state.value, tag, at.values + i);
      } else {
        for (const AdamFactors& step : steps) {
          step_one(step, hn::Zero(tag), state);
        }
        store_state(state, at, i);
      }
    }
  });
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::train {

HWY_EXPORT(step_values);
HWY_EXPORT(idle_values);

void take_step(const AdamFactors& factors, const AdamValues& at, const float* gradients) {
  HWY_DYNAMIC_DISPATCH(step_values)(factors, at, gradients);
}

void take_idle_steps(std::span<const AdamFactors> steps, const AdamValues& at) { HWY_DYNAMIC_DISPATCH(idle_values)(steps, at); }

} // namespace brainmvp::train
#endif
