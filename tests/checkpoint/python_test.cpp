// Python reads what we write.
#include <torch/types.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint_support.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::run_python;

at::Tensor filled(const std::string& name, at::IntArrayRef shape, at::ScalarType type = at::kFloat) {
  const std::vector<float> values = test::fill(name, static_cast<std::size_t>(c10::multiply_integers(shape)));
  return at::tensor(values).reshape(shape).to(type);
}

// One tensor of every type, a scalar, an empty one and one that is not contiguous.
NamedTensors all_types() {
  NamedTensors weights{{"scalar", filled("scalar", {})}, {"empty", at::empty({0, 3})}, {"turned", filled("turned", {3, 4}).t()}};
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    weights.emplace_back(c10::toString(type), filled("f", {2, 3}, type));
  }
  for (const at::ScalarType type : {at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    weights.emplace_back(c10::toString(type), (filled("i", {7}) * 100).abs().to(type));
  }
  return weights;
}

Dict as_dict(const NamedTensors& weights) {
  Dict dict;
  for (const auto& [name, tensor] : weights) {
    dict.emplace_back(Value{name}, Value{tensor});
  }
  return dict;
}

// Checks in Python: the fills are computed there again.
constexpr const char* kCheckTensors = R"(
import sys, torch
def fill(name, n):
    s = 2166136261
    for c in name.encode(): s = ((s ^ c) * 16777619) % 2**32
    out = []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        out.append((s >> 8) / 2**23 - 1)
    return torch.tensor(out, dtype=torch.float64).float()
def check(w):
    assert torch.equal(w['scalar'], fill('scalar', 1).reshape(()))
    assert w['empty'].shape == (0, 3)
    assert torch.equal(w['turned'], fill('turned', 12).reshape(3, 4).t())
    names = {'Double': torch.double, 'Float': torch.float, 'Half': torch.half, 'BFloat16': torch.bfloat16, 'Long': torch.int64,
             'Int': torch.int32, 'Short': torch.int16, 'Char': torch.int8, 'Byte': torch.uint8, 'Bool': torch.bool}
    for name, dtype in names.items():
        assert w[name].dtype == dtype, name
        expected = fill('f', 6).reshape(2, 3) if dtype.is_floating_point else (fill('i', 7) * 100).abs()
        assert torch.equal(w[name], expected.to(dtype)), name
    assert len(w) == 3 + len(names)
)";

TEST(PythonReads, CheckpointWithEveryKindOfValue) {
  const test::TemporaryFolder folder;
  const auto path = folder / "ours.pt";
  const List list{Value{1}, Value{List{}}, Value{Tuple{}}, Value{Dict{}}};
  const Value checkpoint{Dict{
      {Value{"state_dict"}, Value{as_dict(all_types())}},
      {Value{"ints"}, Value{List{Value{0}, Value{-1}, Value{2147483648}, Value{INT64_MIN}, Value{INT64_MAX}}}},
      {Value{"floats"}, Value{Tuple{{Value{0.1}, Value{-1e308}, Value{5e-324}}}}},
      {Value{"text"}, Value{"grün\n\"quoted\""}},
      {Value{"nested"}, Value{Dict{{Value{3}, Value{list}}, {Value{"none"}, Value{}}, {Value{true}, Value{false}}}}},
  }};
  write_pt(path, checkpoint);
  const test::ProcessResult result = run_python(std::string(kCheckTensors) + R"(
c = torch.load(sys.argv[1], weights_only=True)
check(c['state_dict'])
assert list(c) == ['state_dict', 'ints', 'floats', 'text', 'nested']
assert c['ints'] == [0, -1, 2**31, -2**63, 2**63 - 1]
assert c['floats'] == (0.1, -1e308, 5e-324)
assert c['text'] == 'gr\u00fcn\n"quoted"'
assert c['nested'] == {3: [1, [], (), {}], 'none': None, True: False}
assert c['nested'][True] is False
)",
                                                {path.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(PythonReads, Safetensors) {
  const test::TemporaryFolder folder;
  const auto path = folder / "ours.safetensors";
  write_safetensors(path, all_types(), {{"modalities", "[\"t1\"]"}, {"note", "grün"}});
  const test::ProcessResult result = run_python(std::string(kCheckTensors) + R"(
import safetensors, safetensors.torch
check(safetensors.torch.load_file(sys.argv[1]))
with safetensors.safe_open(sys.argv[1], 'pt') as f:
    assert f.metadata() == {'modalities': '["t1"]', 'note': 'gr\u00fcn'}, f.metadata()
)",
                                                {path.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(PythonReads, AWholeStateDictIntoItsModule) {
  const test::TemporaryFolder folder;
  const auto path = folder / "linear.pt";
  write_pt(path, Value{Dict{{Value{"weight"}, Value{filled("w", {2, 3})}}, {Value{"bias"}, Value{filled("b", {2})}}}});
  const test::ProcessResult result = run_python(std::string(kCheckTensors) + R"(
m = torch.nn.Linear(3, 2)
m.load_state_dict(torch.load(sys.argv[1], weights_only=True))
assert torch.equal(m.bias.detach(), fill('b', 2))
)",
                                                {path.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(RoundTrip, PtGivesBackEveryValue) {
  const test::TemporaryFolder folder;
  const auto path = folder / "round.pt";
  const NamedTensors weights = all_types();
  write_pt(path, Value{Dict{{Value{"state_dict"}, Value{as_dict(weights)}},
                            {Value{"big"}, Value{INT64_MIN}},
                            {Value{"tuple"}, Value{Tuple{{Value{1}, Value{"x"}}}}}}});
  const Value read = read_pt(path);
  EXPECT_EQ(read.find("big")->integer("big"), INT64_MIN);
  EXPECT_EQ(std::get<Tuple>(read.find("tuple")->data).items.at(1).text("x"), "x");
  const NamedTensors again = weights_of(read);
  ASSERT_EQ(again.size(), weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(again[i].first, weights[i].first);
    EXPECT_TRUE(at::equal(again[i].second, weights[i].second)) << weights[i].first;
    EXPECT_TRUE(again[i].second.is_contiguous()) << weights[i].first;
  }
}

TEST(RoundTrip, FilesOfOneValueAreTheSameBytes) {
  const test::TemporaryFolder folder;
  const Value value{Dict{{Value{"w"}, Value{filled("w", {5, 5})}}}};
  write_pt(folder / "a.pt", value);
  write_pt(folder / "b.pt", value);
  EXPECT_EQ(test::read_text(folder / "a.pt"), test::read_text(folder / "b.pt"));
}

} // namespace
} // namespace brainmvp::checkpoint
