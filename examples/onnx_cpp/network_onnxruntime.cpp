#include <onnxruntime_c_api.h>

#include <stdexcept>
#include <string>

#include "network.h"

namespace example {
namespace {

const OrtApi& api() {
  static const OrtApi* const found = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  if (found == nullptr) {
    throw std::runtime_error("libonnxruntime is older than its header");
  }
  return *found;
}

void check(OrtStatus* status) {
  if (status != nullptr) {
    const std::string message = api().GetErrorMessage(status);
    api().ReleaseStatus(status);
    throw std::runtime_error("onnxruntime: " + message);
  }
}

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

class OnnxruntimeNetwork : public Network {
public:
  OnnxruntimeNetwork(const std::filesystem::path& file, std::vector<std::int64_t> shape) : shape_(std::move(shape)) {
    OrtEnv* environment = nullptr;
    check(api().CreateEnv(ORT_LOGGING_LEVEL_WARNING, "brainmvp", &environment));
    environment_ = {environment, api().ReleaseEnv};
    OrtSessionOptions* options = nullptr;
    check(api().CreateSessionOptions(&options));
    const Owned<OrtSessionOptions> owned(options, api().ReleaseSessionOptions);
    OrtSession* session = nullptr;
    check(api().CreateSession(environment, file.c_str(), options, &session));
    session_ = {session, api().ReleaseSession};
    OrtMemoryInfo* memory = nullptr;
    check(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    memory_ = {memory, api().ReleaseMemoryInfo};
  }

  std::vector<float> logits(std::vector<float>& image) override {
    OrtValue* input = nullptr;
    check(api().CreateTensorWithDataAsOrtValue(memory_.get(), image.data(), image.size() * sizeof(float), shape_.data(),
                                               shape_.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input));
    const Owned<OrtValue> owned_input(input, api().ReleaseValue);
    const char* const input_name = "image";
    const char* const output_name = "logits";
    OrtValue* output = nullptr;
    check(api().Run(session_.get(), nullptr, &input_name, &input, 1, &output_name, 1, &output));
    const Owned<OrtValue> owned_output(output, api().ReleaseValue);
    return values_of(output);
  }

private:
  static std::vector<float> values_of(OrtValue* tensor) {
    OrtTensorTypeAndShapeInfo* info = nullptr;
    check(api().GetTensorTypeAndShape(tensor, &info));
    const Owned<OrtTensorTypeAndShapeInfo> owned(info, api().ReleaseTensorTypeAndShapeInfo);
    std::size_t count = 0;
    check(api().GetTensorShapeElementCount(info, &count));
    void* data = nullptr;
    check(api().GetTensorMutableData(tensor, &data));
    const auto* first = static_cast<const float*>(data);
    return {first, first + count};
  }

  std::vector<std::int64_t> shape_;
  Owned<OrtEnv> environment_{nullptr, nullptr};
  Owned<OrtSession> session_{nullptr, nullptr};
  Owned<OrtMemoryInfo> memory_{nullptr, nullptr};
};

} // namespace

std::unique_ptr<Network> read_network(const std::filesystem::path& file, const std::vector<std::int64_t>& shape) {
  return std::make_unique<OnnxruntimeNetwork>(file, shape);
}

} // namespace example
