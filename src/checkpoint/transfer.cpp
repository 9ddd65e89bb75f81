#include <ATen/core/grad_mode.h>

#include <map>

#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/dtype.h"

namespace brainmvp::checkpoint {
namespace {

constexpr std::size_t kNamesShown = 8;

// Why `from` does not fit `to`, or "".
std::string mismatch(const at::Tensor& from, const at::Tensor& to) {
  if (from.sizes() != to.sizes()) {
    return "shape " + shape_text(from.sizes()) + " in the file, " + shape_text(to.sizes()) + " in the model";
  }
  if (from.scalar_type() != to.scalar_type() && !(from.is_floating_point() && to.is_floating_point())) {
    return std::string("type ") + c10::toString(from.scalar_type()) + " in the file, " + c10::toString(to.scalar_type()) +
           " in the model";
  }
  return "";
}

std::string listed(const std::string& title, std::vector<std::string> names) {
  if (names.empty()) {
    return "";
  }
  const std::size_t count = names.size();
  if (count > kNamesShown) {
    names.resize(kNamesShown);
    names.push_back("and " + std::to_string(count - kNamesShown) + " more");
  }
  return "\n" + title + " (" + std::to_string(count) + "): " + join(names, ", ");
}

} // namespace

TransferReport transfer(const NamedTensors& from, const NamedTensors& to) {
  const at::NoGradGuard no_grad;
  std::map<std::string, const at::Tensor*> available;
  for (const auto& [name, tensor] : from) {
    available[name] = &tensor;
  }
  TransferReport report;
  for (const auto& [name, tensor] : to) {
    const auto found = available.find(name);
    if (found == available.end()) {
      report.missing.push_back(name);
      continue;
    }
    const at::Tensor& source = *found->second;
    const std::string reason = mismatch(source, tensor);
    available.erase(found);
    if (reason.empty()) {
      at::Tensor(tensor).copy_(source);
      report.loaded.push_back(name);
    } else {
      report.mismatched.emplace_back(name, reason);
    }
  }
  for (const auto& [name, tensor] : from) {
    if (available.contains(name)) {
      report.unused.push_back(name);
    }
  }
  return report;
}

std::string TransferReport::summary() const {
  std::vector<std::string> unfit;
  for (const auto& [name, reason] : mismatched) {
    unfit.push_back(name + " (" + reason + ")");
  }
  const std::size_t wanted = loaded.size() + missing.size() + mismatched.size();
  return std::to_string(loaded.size()) + " of the model's " + std::to_string(wanted) + " tensors were loaded" +
         listed("not in the file, left as initialised", missing) + listed("not used by the model", unused) +
         listed("do not fit, left as initialised", unfit);
}

} // namespace brainmvp::checkpoint
