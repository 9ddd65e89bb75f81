// A plain PyTorch module of the same names loads the encoders of our checkpoints and computes the same features.
#include <torch/types.h>

#include "checkpoint/checkpoint.h"
#include "nn/networks/uniformer.h"
#include "support/golden_tensors.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

// Arguments: the checkpoint, the encoder's prefix in it, the input channels.
constexpr const char* kPlainUniFormer = R"(
import sys, torch
from torch import nn
from torch.nn import functional as F

class PatchEmbed(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.proj, self.norm = nn.Conv3d(cin, cout, 2, 2), nn.LayerNorm(cout)
    def forward(self, x):
        return self.norm(self.proj(x).movedim(1, -1)).movedim(-1, 1).contiguous()

class Mlp(nn.Module):
    def __init__(self, layer, c):
        super().__init__()
        self.fc1, self.fc2 = layer(c, 4 * c), layer(4 * c, c)
    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))

def pointwise(cin, cout): return nn.Conv3d(cin, cout, 1)
def depthwise(c, k): return nn.Conv3d(c, c, k, padding=k // 2, groups=c)

class CBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.pos_embed, self.attn = depthwise(c, 3), depthwise(c, 5)
        self.norm1, self.norm2 = nn.BatchNorm3d(c), nn.BatchNorm3d(c)
        self.conv1, self.conv2 = pointwise(c, c), pointwise(c, c)
        self.mlp = Mlp(pointwise, c)
    def forward(self, x):
        x = x + self.pos_embed(x)
        x = x + self.conv2(self.attn(self.conv1(self.norm1(x))))
        return x + self.mlp(self.norm2(x))

class Attention(nn.Module):
    def __init__(self, c, width):
        super().__init__()
        self.qkv, self.proj, self.width = nn.Linear(c, 3 * c), nn.Linear(c, c), width
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, c // self.width, self.width).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * self.width ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))

class SABlock(nn.Module):
    def __init__(self, c, width):
        super().__init__()
        self.pos_embed, self.attn, self.mlp = depthwise(c, 3), Attention(c, width), Mlp(nn.Linear, c)
        self.norm1, self.norm2 = nn.LayerNorm(c, eps=1e-6), nn.LayerNorm(c, eps=1e-6)
    def forward(self, x):
        x = x + self.pos_embed(x)
        t = x.flatten(2).transpose(1, 2)
        t = t + self.attn(self.norm1(t))
        t = t + self.mlp(self.norm2(t))
        return t.transpose(1, 2).reshape(x.shape)

class UniFormer(nn.Module):
    def __init__(self, cin, depths=(2, 2, 4, 2), widths=(32, 64, 128, 192), width=32):
        super().__init__()
        for i, (depth, c) in enumerate(zip(depths, widths), 1):
            setattr(self, f'patch_embed{i}', PatchEmbed(cin if i == 1 else widths[i - 2], c))
            setattr(self, f'blocks{i}', nn.ModuleList(CBlock(c) if i < 3 else SABlock(c, width) for _ in range(depth)))
        self.norm = nn.BatchNorm3d(widths[-1])
    def forward(self, x):
        x, features = x.permute(0, 1, 4, 2, 3), []
        for i in range(1, 5):
            x = getattr(self, f'patch_embed{i}')(x)
            for block in getattr(self, f'blocks{i}'): x = block(x)
            features.append(self.norm(x) if i == 4 else x)
        return features

path, prefix, channels = sys.argv[1], sys.argv[2], int(sys.argv[3])
checkpoint = torch.load(path, weights_only=True)
model = UniFormer(channels)
model.load_state_dict({k.removeprefix(prefix): v for k, v in checkpoint['state_dict'].items() if k.startswith(prefix)})
with torch.no_grad():
    features = model.eval()(checkpoint['input'])
assert len(checkpoint['features']) == len(features)
for ours, plain in zip(checkpoint['features'], features):
    assert ours.shape == plain.shape, (ours.shape, plain.shape)
    assert plain.std() > 0.1
    difference = (ours - plain).abs().max().item()
    assert difference < 1e-4, difference
)";

void expect_same_in_python(const std::string& prefix, std::int64_t channels) {
  const torch::NoGradGuard no_gradient;
  nn::UniFormerEncoder encoder(nn::uniformer_options("uniformer_tiny", channels).value());
  Dict state;
  NamedTensors weights = nn::state_tensors(encoder);
  test::fill_state(weights);
  for (const auto& [name, tensor] : weights) {
    state.emplace_back(Value{prefix + name}, Value{tensor});
  }
  encoder.eval();
  const torch::Tensor input = test::filled("input.plain", {2, channels, 32, 16, 48});
  List stages;
  for (const torch::Tensor& feature : encoder.forward(input)) {
    stages.push_back(Value{feature.permute({0, 1, 4, 2, 3})}); // the public code's [B, C, D, H, W]
  }
  const test::TemporaryFolder folder;
  write_pt(folder / "encoder.pt",
           Value{Dict{{Value{"state_dict"}, Value{state}}, {Value{"input"}, Value{input}}, {Value{"features"}, Value{stages}}}});
  const test::ProcessResult result =
      test::run_python(kPlainUniFormer, {(folder / "encoder.pt").string(), prefix, std::to_string(channels)});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(PlainPyTorch, HasTheFeaturesOfAPretrainedEncoder) { expect_same_in_python("encoder.uniformer.", 1); }

TEST(PlainPyTorch, HasTheFeaturesOfAFineTunedEncoder) { expect_same_in_python("encoder.", 4); }

} // namespace
} // namespace brainmvp::checkpoint
