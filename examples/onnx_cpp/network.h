// An exported network of one window. network_onnxruntime.cpp and network_openvino.cpp run it; a build takes one of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace example {

class Network {
public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  // image: [1, C, h, w, d], the last axis fastest -> logits [1, K, h, w, d]
  virtual std::vector<float> logits(std::vector<float>& image) = 0;
};

// Reads a model.onnx whose input has `shape`. Throws what the library throws, or std::runtime_error.
std::unique_ptr<Network> read_network(const std::filesystem::path& file, const std::vector<std::int64_t>& shape);

} // namespace example
