#include "term/template_render.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "base/strings.hpp"
#include "term/template_fields.hpp"

namespace corten::term::detail {
namespace {

enum class Flow : std::uint8_t { next, break_, continue_ };

struct Variable {
  std::string_view name;
  Value value;
};

class Renderer {
 public:
  Renderer(const RenderJob& job, const Json& document)
      : job_(job), arena_(job.options.limits.max_value_bytes), root_(root_value(job.options, document)) {
    variables_.push_back({.name = "$", .value = root_});
  }

  Result<std::string> run() {
    TRY(run_nodes(job_.nodes, root_));
    return std::move(out_);
  }

 private:
  bool in_header() const { return job_.headers != nullptr; }

  std::unexpected<Error> fail_at(SourceSpan span, std::string message, std::string advice = {}) const {
    return fail_in_source(job_.name, job_.source, span,
                          {.message = std::move(message), .advice = std::move(advice)});
  }

  Result<> step(SourceSpan span) {
    if (++steps_ <= job_.options.limits.max_steps) return {};
    return fail_at(span, fmt::format("the template takes more than {} steps", job_.options.limits.max_steps));
  }

  Result<> write(SourceSpan span, std::string_view text) {
    const auto limit = job_.options.limits.max_output_bytes;
    if (text.size() > limit - std::min(limit, out_.size())) {
      return fail_at(span, fmt::format("the output is over {} bytes", limit));
    }
    out_ += text;
    return {};
  }

  Result<Flow> run_nodes(const std::vector<Node>& nodes, Value dot) {
    for (const auto& node : nodes) {
      TRY(step(node.span));
      const auto flow = TRY(run_node(node, dot));
      if (flow != Flow::next) return flow;
    }
    return Flow::next;
  }

  Result<Flow> run_node(const Node& node, Value dot) {
    switch (node.kind) {
      case Node::Kind::text:
        TRY(write(node.span, node.text));
        return Flow::next;
      case Node::Kind::action:
        return run_action(node, dot);
      case Node::Kind::if_:
      case Node::Kind::with:
        return run_condition(node, dot);
      case Node::Kind::range:
        return run_range(node, dot);
      case Node::Kind::break_:
        return Flow::break_;
      case Node::Kind::continue_:
        break;
    }
    return Flow::continue_;
  }

  Result<Flow> run_action(const Node& node, Value dot) {
    const auto value = TRY(eval_pipeline(node.pipeline, dot));
    if (node.pipeline.binding == Pipeline::Binding::none) TRY(write(node.span, to_text(value)));
    return Flow::next;
  }

  Result<Flow> run_condition(const Node& node, Value dot) {
    const auto mark = variables_.size();
    const auto value = TRY(eval_pipeline(node.pipeline, dot));
    const bool holds = is_true(value);
    const auto inner = holds && node.kind == Node::Kind::with ? value : dot;
    const auto flow = TRY(run_nodes(holds ? node.body : node.otherwise, inner));
    variables_.resize(mark);
    return flow;
  }

  Result<Flow> run_range(const Node& node, Value dot) {
    const auto mark = variables_.size();
    const auto value = TRY(eval_pipeline_value(node.pipeline, dot));
    // Both variables exist from here on, so that an iteration only sets them.
    if (node.pipeline.binding == Pipeline::Binding::declare) {
      for (const auto& name : node.pipeline.variables) variables_.push_back({.name = name, .value = {}});
    }
    bool any = false;
    const auto flow = TRY(iterate(node, value, any));
    auto after = Flow::next;
    if (flow == Flow::next && !any) after = TRY(run_nodes(node.otherwise, dot));
    variables_.resize(mark);
    return after;
  }

  // Runs the body for every element; Flow::break_ if it stopped early. `any`: there was one.
  Result<Flow> iterate(const Node& node, Value value, bool& any) {
    const auto visit = [&](Value index, Value element) -> Result<Flow> {
      any = true;
      return run_iteration(node, index, element);
    };
    const auto* json = value.json;
    if (json == nullptr || json->is_null()) return Flow::next;
    if (in_header() && json->is_string()) return visit(value, value);
    if (json->is_number_integer()) return iterate_count(node, *json, visit);
    if (!json->is_structured()) {
      return fail_at(node.pipeline.span, fmt::format("cannot range over {}", kind_name(value)));
    }
    std::size_t index = 0;
    for (auto at = json->begin(); at != json->end(); ++at, ++index) {
      const auto element = element_of(value, *at);
      Value key;
      if (node.pipeline.variables.size() > 1) {
        key = TRY(keep(node.span, json->is_object() ? Json(at.key()) : Json(index)));
      }
      const auto flow = TRY(visit(key, element));
      if (flow == Flow::break_) return flow;
    }
    return Flow::next;
  }

  // `range 3` (Go 1.22) visits 0, 1 and 2.
  template <typename Visit>
  Result<Flow> iterate_count(const Node& node, const Json& count, const Visit& visit) {
    const auto end = count.is_number_unsigned()
                         ? count.get<std::uint64_t>()
                         : static_cast<std::uint64_t>(std::max<std::int64_t>(0, count.get<std::int64_t>()));
    for (std::uint64_t i = 0; i < end; ++i) {
      const auto number = TRY(keep(node.span, Json(i)));
      const auto flow = TRY(visit(number, number));
      if (flow == Flow::break_) return flow;
    }
    return Flow::next;
  }

  Result<Flow> run_iteration(const Node& node, Value index, Value element) {
    TRY(step(node.span));
    const auto& names = node.pipeline.variables;
    if (!names.empty()) set_variable(names.back(), element);
    if (names.size() > 1) set_variable(names.front(), index);
    const auto mark = variables_.size();
    const auto flow = TRY(run_nodes(node.body, element));
    variables_.resize(mark);
    return flow == Flow::break_ ? flow : Flow::next;
  }

  void set_variable(std::string_view name, Value value) {
    const auto found = std::ranges::find(variables_.rbegin(), variables_.rend(), name, &Variable::name);
    if (found != variables_.rend()) found->value = value;
  }

  Value variable_value(std::string_view name) const {
    const auto found = std::ranges::find(variables_.rbegin(), variables_.rend(), name, &Variable::name);
    CORTEN_CHECK(found != variables_.rend(), "the parser refuses variables that are not set");
    return found->value;
  }

  Result<Value> keep(SourceSpan span, Json value) {
    auto kept = arena_.keep(std::move(value));
    if (!kept) return fail_at(span, kept.error().message());
    return *kept;
  }

  Result<Value> eval_pipeline(const Pipeline& pipeline, Value dot) {
    const auto value = TRY(eval_pipeline_value(pipeline, dot));
    for (const auto& name : pipeline.variables) {
      if (pipeline.binding == Pipeline::Binding::declare) {
        variables_.push_back({.name = name, .value = value});
      } else {
        set_variable(name, value);
      }
    }
    return value;
  }

  Result<Value> eval_pipeline_value(const Pipeline& pipeline, Value dot) {
    const Value* piped = nullptr;
    Value value;
    for (const auto& command : pipeline.commands) {
      value = TRY(eval_command(command, dot, piped));
      piped = &value;
    }
    return value;
  }

  Result<Value> eval_command(const Command& command, Value dot, const Value* piped) {
    const auto& first = command.words.front();
    TRY(step(first.span));
    if (first.kind == Operand::Kind::function) return eval_function(command, dot, piped);
    const bool has_arguments = command.words.size() > 1 || piped != nullptr;
    if (has_arguments && is_label(first)) return eval_label(command, dot, piped);
    if (has_arguments) {
      return fail_at(
          first.span, "a value takes no arguments and no value from '|'",
          "only functions do" + std::string(first.path.empty() ? "" : ", which have no dot before them"));
    }
    if (first.kind == Operand::Kind::nil) return fail_at(first.span, "nil alone is no action");
    return eval_operand(first, dot);
  }

  Result<Value> eval_operand(const Operand& operand, Value dot) {
    auto value = dot;
    switch (operand.kind) {
      case Operand::Kind::dot:
        break;
      case Operand::Kind::nil:
        return Value{};
      case Operand::Kind::literal:
        return Value{.json = &operand.literal.get()};
      case Operand::Kind::variable:
        value = variable_value(operand.variable);
        break;
      case Operand::Kind::group:
        value = TRY(eval_group(operand, dot));
        break;
      case Operand::Kind::function:
        return eval_call(operand, {});
    }
    for (const auto& field : operand.path) value = TRY(eval_field(value, field));
    return value;
  }

  Result<Value> eval_group(const Operand& operand, Value dot) {
    const auto mark = variables_.size();
    const auto value = TRY(eval_pipeline(*operand.group, dot));
    variables_.resize(mark);
    return value;
  }

  Result<Value> eval_field(Value value, const FieldName& field) {
    TRY(step(field.span));
    if (in_header()) return keep(field.span, header_of(*job_.headers, field.name));
    auto found = read_field(job_.options, value, field.name);
    if (!found) return fail_at(field.span, found.error().message(), std::string(found.error().hint()));
    return *found;
  }

  // and, or: the arguments in order until one decides; its value is the result. The piped value comes last.
  Result<Value> eval_decision(const Command& command, Value dot, const Value* piped) {
    const bool stop_at = command.words.front().function->call == Function::Call::or_;
    Value value;
    for (const auto& word : std::span(command.words).subspan(1)) {
      value = TRY(eval_operand(word, dot));
      if (is_true(value) == stop_at) return value;
    }
    return piped != nullptr ? *piped : value;
  }

  Result<Value> eval_function(const Command& command, Value dot, const Value* piped) {
    const auto& first = command.words.front();
    const bool decides = first.function->call != Function::Call::plain;
    const auto count = command.words.size() - 1 + (piped != nullptr ? 1 : 0);
    if (decides && count > 0) return eval_decision(command, dot, piped);
    std::vector<Value> args;
    for (const auto& word : std::span(command.words).subspan(1)) {
      const auto arg = TRY(eval_operand(word, dot));
      args.push_back(arg);
    }
    if (piped != nullptr) args.push_back(*piped);
    return eval_call(first, args);
  }

  Result<Value> eval_call(const Operand& word, std::span<const Value> args) {
    const auto& function = *word.function;
    if (args.size() < function.min_args || args.size() > function.max_args) {
      return fail_at(word.span, fmt::format("'{}' takes {}, not {}", function.name, argument_count(function),
                                            args.size()));
    }
    if (in_header() && function.in_header == Function::InHeader::first_text) {
      const auto text = std::ranges::find_if(args, [](Value arg) { return arg.json != nullptr; });
      return text == args.end() ? Value{} : *text;
    }
    auto result = function.run(args, arena_);
    if (!result) {
      return fail_at(word.span, fmt::format("'{}': {}", function.name, result.error().message()));
    }
    return *result;
  }

  static std::string argument_count(const Function& function) {
    const auto plural = [](std::size_t n) { return n == 1 ? "" : "s"; };
    if (function.min_args == function.max_args) {
      return fmt::format("{} argument{}", function.min_args, plural(function.min_args));
    }
    return fmt::format("at least {} argument{}", function.min_args, plural(function.min_args));
  }

  // `.Label "key"` on the document: a method of Docker's rows.
  bool is_label(const Operand& word) const {
    const bool on_root =
        word.kind == Operand::Kind::dot || (word.kind == Operand::Kind::variable && word.variable == "$");
    return on_root && word.path.size() == 1 && word.path.front().name == "Label" &&
           (job_.options.labels != nullptr || in_header());
  }

  Result<Value> eval_label(const Command& command, Value dot, const Value* piped) {
    const auto& word = command.words.front();
    if (command.words.size() + (piped != nullptr ? 1 : 0) != 2) {
      return fail_at(word.span, "'.Label' takes one argument, the key");
    }
    Value key;
    if (piped != nullptr) {
      key = *piped;
    } else {
      key = TRY(eval_operand(command.words[1], dot));
    }
    if (key.json == nullptr || !key.json->is_string()) return fail_at(word.span, "the key must be a string");
    const auto& name = key.json->get_ref<const std::string&>();
    return keep(word.span, in_header() ? header_of_label(name) : find_label(*job_.options.labels, name));
  }

  const RenderJob& job_;
  Arena arena_;
  Value root_;
  std::vector<Variable> variables_;
  std::string out_;
  std::size_t steps_ = 0;
};

}  // namespace

Result<std::string> render_template(const RenderJob& job, const Json& document) {
  return Renderer(job, document).run();
}

}  // namespace corten::term::detail
