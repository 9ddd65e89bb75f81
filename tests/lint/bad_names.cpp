// Broken on purpose: ./dev lint checks that clang-tidy refuses every name here.
class lower_type {
public:
  [[nodiscard]] int value() const { return member_without_underscore; }

private:
  int member_without_underscore = 0;
};

constexpr int BadConstant = 1;

int BadFunction() {
  int BadVariable = BadConstant;
  return BadVariable + lower_type().value();
}
