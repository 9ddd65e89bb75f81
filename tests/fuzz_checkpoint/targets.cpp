// Readers of checkpoints under random input.
#include <ATen/ops/empty.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>

#include "checkpoint/checkpoint.h"
#include "checkpoint/unpickler.h"
#include "fuzzer/fuzz_target.h"

namespace brainmvp::fuzz {
namespace {

void check_weights(const NamedTensors& weights) {
  for (const auto& [name, tensor] : weights) {
    require(tensor.defined(), "a tensor is there");
    (void)tensor.contiguous(); // reads every element of a view
  }
}

void run_pt(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const ScratchFile file(input, ".pt");
  (void)accepts([&] { check_weights(checkpoint::weights_of(checkpoint::read_pt(file.path()))); });
}

void run_safetensors(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const ScratchFile file(input, ".safetensors");
  std::map<std::string, std::string> metadata;
  NamedTensors weights;
  if (!accepts([&] { weights = checkpoint::read_safetensors(file.path(), &metadata); })) {
    return;
  }
  check_weights(weights);
  const ScratchFile copy({}, "_copy.safetensors");
  checkpoint::write_safetensors(copy.path(), weights, metadata);
  require(checkpoint::read_safetensors(copy.path()).size() == weights.size(), "what is written is read back");
}

// The pickle inside a .pt file, which its checksum otherwise hides from changes.
void run_pickle(Input input) {
  constexpr std::int64_t kLargestStorage = 4096;
  if (input.size() > kLargestInput) {
    return;
  }
  const auto load = [](const std::string&, std::int64_t bytes) {
    if (bytes > kLargestStorage) {
      throw Error(ExitCode::kBadInput, "the record is smaller");
    }
    return at::empty({bytes}, at::kByte).zero_().storage();
  };
  (void)accepts([&] { check_weights(checkpoint::weights_of(checkpoint::pickle::unpickle(text_of(input), load))); });
}

NamedTensors small_weights() {
  at::Tensor values = at::empty({2, 3}, at::kFloat).zero_();
  return {{"a.weight", values}, {"a.bias", values.select(0, 1)}, {"count", at::empty({}, at::kLong).zero_()}};
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string seed_pt(std::size_t number) {
  if (number > 0) {
    return "";
  }
  checkpoint::Dict state;
  for (const auto& [name, tensor] : small_weights()) {
    state.push_back({{name}, {tensor}});
  }
  const ScratchFile file({}, ".pt");
  checkpoint::write_pt(file.path(),
                       {checkpoint::Dict{{{std::string("state_dict")}, {state}}, {{std::string("step")}, {std::int64_t{3}}}}});
  return bytes_of(file.path());
}

std::string seed_safetensors(std::size_t number) {
  const ScratchFile file({}, ".safetensors");
  checkpoint::write_safetensors(file.path(), small_weights(), {{"modalities", "[\"t1\"]"}});
  return number == 0 ? bytes_of(file.path()) : "";
}

// torch.save({'a': torch.zeros(2, 3), 'b': [1, 2.5, None, True, (1, 2)]}), as it lies in data.pkl.
std::string seed_pickle(std::size_t number) {
  using namespace std::string_literals;
  return number > 0 ? ""
                    : "\x80\x02}q\x00(X\x01\x00\x00\x00"
                      "aq\x01"
                      "ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\x00\x00\x00storageq\x03"
                      "ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x00"
                      "0q\x05X\x03\x00\x00\x00"
                      "cpuq\x06K\x06tq\x07QK\x00K\x02K\x03\x86q\x08K\x03K\x01\x86q\x09\x89"
                      "ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0dX\x01\x00\x00\x00"
                      "bq\x0e]q\x0f(K\x01G@\x04\x00\x00\x00\x00\x00\x00N\x88K\x01K\x02\x86q\x10"
                      "eu."s;
}

} // namespace

std::span<const Target> targets() {
  static constexpr std::array<Target, 3> kTargets{{
      {"pt", run_pt, seed_pt},
      {"safetensors", run_safetensors, seed_safetensors},
      {"pickle", run_pickle, seed_pickle},
  }};
  return kTargets;
}

} // namespace brainmvp::fuzz
