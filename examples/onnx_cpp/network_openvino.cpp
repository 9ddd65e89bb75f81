#include <openvino/openvino.hpp>

#include "network.h"

namespace example {
namespace {

class OpenVinoNetwork : public Network {
public:
  OpenVinoNetwork(const std::filesystem::path& file, const std::vector<std::int64_t>& shape)
      : request_(
            core_.compile_model(file.string(), "CPU", ov::hint::inference_precision(ov::element::f32)).create_infer_request()),
        shape_(shape.begin(), shape.end()) {}

  std::vector<float> logits(std::vector<float>& image) override {
    request_.set_input_tensor(ov::Tensor(ov::element::f32, shape_, image.data()));
    request_.infer();
    const ov::Tensor output = request_.get_output_tensor();
    const auto* first = output.data<const float>();
    return {first, first + output.get_size()};
  }

private:
  ov::Core core_;
  ov::InferRequest request_;
  ov::Shape shape_;
};

} // namespace

std::unique_ptr<Network> read_network(const std::filesystem::path& file, const std::vector<std::int64_t>& shape) {
  return std::make_unique<OpenVinoNetwork>(file, shape);
}

} // namespace example
