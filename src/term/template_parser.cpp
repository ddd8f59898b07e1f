#include "term/template_parser.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/distance.hpp"
#include "base/scope_exit.hpp"
#include "base/strings.hpp"
#include "term/template_literal.hpp"
#include "term/utf8.hpp"

namespace corten::term::detail {
namespace {

// Words of Go's language that begin an action of their own.
bool is_keyword(std::string_view name) {
  static constexpr std::string_view kKeywords[] = {"if",     "else",     "end",      "range", "with",
                                                   "define", "template", "continue", "break", "block"};
  return std::ranges::find(kKeywords, name) != std::end(kKeywords);
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::end:
      return "the end of the template";
    case TokenKind::close:
      return "'}}'";
    case TokenKind::pipe:
      return "'|'";
    case TokenKind::comma:
      return "','";
    case TokenKind::declare:
      return "':='";
    case TokenKind::assign:
      return "'='";
    case TokenKind::left_paren:
      return "'('";
    case TokenKind::right_paren:
      return "')'";
    case TokenKind::dot:
      return "'.'";
    case TokenKind::field:
      return fmt::format("'.{}'", printable(token.text));
    default:
      return fmt::format("'{}'", printable(token.text));
  }
}

class Parser {
 public:
  Parser(std::string_view source, const LexOptions& options, std::vector<Token> tokens)
      : source_(source), options_(options), tokens_(std::move(tokens)) {}

  Result<std::vector<Node>> run() {
    auto list = TRY(parse_list());
    if (list.stop != Stop::end) return fail_at(list.stop_span, "this has no {{if}}, {{range}} or {{with}}");
    return std::move(list.nodes);
  }

 private:
  enum class Stop : std::uint8_t { end, end_block, else_ };

  // Nodes up to {{end}}, {{else or the end of the template. After {{else the rest of that action is unread.
  struct List {
    std::vector<Node> nodes;
    Stop stop = Stop::end;
    SourceSpan stop_span;
  };

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& next() {
    const auto& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }

  std::unexpected<Error> fail_at(SourceSpan span, std::string message, std::string advice = {}) const {
    return fail_in_source(options_.name, source_, span,
                          {.message = std::move(message), .advice = std::move(advice)});
  }

  Result<> expect_close(std::string_view after) {
    if (peek().kind != TokenKind::close) {
      return fail_at(peek().span, fmt::format("expected '}}}}' after {}, found {}", after, describe(peek())));
    }
    next();
    return {};
  }

  Result<List> parse_list() {
    List list;
    while (peek().kind != TokenKind::end) {
      if (peek().kind == TokenKind::text) {
        const auto& token = next();
        list.nodes.push_back({.kind = Node::Kind::text, .span = token.span, .text = token.text});
        continue;
      }
      next();  // {{
      const auto& word = peek();
      if (word.kind == TokenKind::identifier && (word.text == "end" || word.text == "else")) {
        list.stop_span = next().span;
        list.stop = word.text == "end" ? Stop::end_block : Stop::else_;
        if (list.stop == Stop::end_block) TRY(expect_close("end"));
        return list;
      }
      auto node = TRY(parse_action());
      list.nodes.push_back(std::move(node));
    }
    return list;
  }

  Result<Node> parse_action() {
    const auto& word = peek();
    if (word.kind == TokenKind::identifier && is_keyword(word.text)) {
      next();
      if (word.text == "if") return parse_block(Node::Kind::if_, word);
      if (word.text == "with") return parse_block(Node::Kind::with, word);
      if (word.text == "range") return parse_block(Node::Kind::range, word);
      if (word.text == "break" || word.text == "continue") return parse_jump(word);
      return fail_at(word.span, fmt::format("'{}' is not supported in templates here", word.text),
                     "templates are one text: write the content in place");
    }
    Node node{.kind = Node::Kind::action, .span = word.span};
    node.pipeline = TRY(parse_pipeline("this action", 1));
    TRY(expect_close("the value"));
    return node;
  }

  Result<Node> parse_jump(const Token& word) {
    if (ranges_ == 0) return fail_at(word.span, fmt::format("'{}' stands outside {{{{range}}}}", word.text));
    TRY(expect_close(word.text));
    return Node{.kind = word.text == "break" ? Node::Kind::break_ : Node::Kind::continue_, .span = word.span};
  }

  // if, with or range: everything to its {{end}}. Variables of the pipeline live until there.
  Result<Node> parse_block(Node::Kind kind, const Token& word) {
    if (++depth_ > kMaxTemplateDepth) return too_deep(word.span);
    const auto variables = variables_.size();
    ranges_ += kind == Node::Kind::range ? 1 : 0;
    Node node{.kind = kind, .span = word.span};
    node.pipeline = TRY(parse_pipeline(word.text, kind == Node::Kind::range ? 2 : 1));
    TRY(expect_close("the value"));
    const auto inner_variables = variables_.size();
    auto body = TRY(parse_list());
    node.body = std::move(body.nodes);
    variables_.resize(inner_variables);
    // Go looks at {{else}} of a range as still inside it for break and continue.
    if (body.stop == Stop::else_) {
      node.otherwise = TRY(parse_else(kind, word));
    } else if (body.stop == Stop::end) {
      return no_end(word);
    }
    ranges_ -= kind == Node::Kind::range ? 1 : 0;
    variables_.resize(variables);
    --depth_;
    return node;
  }

  // What follows {{else: `if X}}` or `with X}}` (which share our {{end}}), or `}}`.
  Result<std::vector<Node>> parse_else(Node::Kind kind, const Token& opener) {
    std::vector<Node> nodes;
    const auto& word = peek();
    const bool chains =
        word.kind == TokenKind::identifier &&
        ((kind == Node::Kind::if_ && word.text == "if") || (kind == Node::Kind::with && word.text == "with"));
    if (chains) {
      next();
      auto node = TRY(parse_block(kind, word));
      nodes.push_back(std::move(node));
      return nodes;
    }
    TRY(expect_close("else"));
    auto list = TRY(parse_list());
    if (list.stop == Stop::else_) return fail_at(list.stop_span, "a second {{else}}; expected {{end}}");
    if (list.stop == Stop::end) return no_end(opener);
    return std::move(list.nodes);
  }

  std::unexpected<Error> no_end(const Token& opener) const {
    return fail_at(opener.span, fmt::format("this '{}' has no {{{{end}}}}", opener.text));
  }

  std::unexpected<Error> too_deep(SourceSpan span) const {
    return fail_at(span, fmt::format("nested deeper than {} levels", kMaxTemplateDepth));
  }

  Result<Pipeline> parse_pipeline(std::string_view context, std::size_t max_variables) {
    Pipeline pipeline;
    const auto begin = peek().span.offset;
    std::vector<std::string> declared;
    TRY(parse_binding(pipeline, declared, max_variables));
    while (true) {
      auto command = TRY(parse_command(pipeline.commands.empty(), context));
      pipeline.commands.push_back(std::move(command));
      if (peek().kind != TokenKind::pipe) break;
      next();
      // Go allows `{{.A |}}`.
      if (peek().kind == TokenKind::close) break;
    }
    pipeline.span = {.offset = begin, .length = std::max<std::size_t>(1, peek().span.offset - begin)};
    // Known from here on: `$x := $x` reads an outer $x.
    variables_.insert(variables_.end(), declared.begin(), declared.end());
    return pipeline;
  }

  // `$x :=`, `$x =`, and in range `$i, $x :=`.
  Result<> parse_binding(Pipeline& pipeline, std::vector<std::string>& declared, std::size_t max_variables) {
    if (peek().kind != TokenKind::variable) return {};
    const bool two = peek(1).kind == TokenKind::comma && peek(2).kind == TokenKind::variable;
    const auto& sign = peek(two ? 3 : 1);
    if (two && (max_variables < 2 || sign.kind == TokenKind::comma)) {
      return fail_at(peek(2).span, max_variables < 2 ? "only {{range}} sets two variables"
                                                     : "{{range}} sets at most two variables");
    }
    if (sign.kind != TokenKind::declare && sign.kind != TokenKind::assign) return {};
    pipeline.binding =
        sign.kind == TokenKind::declare ? Pipeline::Binding::declare : Pipeline::Binding::assign;
    for (std::size_t i = 0; i < (two ? 2U : 1U); ++i) {
      const auto& variable = next();
      if (pipeline.binding == Pipeline::Binding::assign) TRY(require_variable(variable));
      pipeline.variables.push_back(variable.text);
      next();  // the comma or the sign
    }
    if (pipeline.binding == Pipeline::Binding::declare) declared = pipeline.variables;
    return {};
  }

  Result<> require_variable(const Token& token) const {
    if (token.text == "$" || std::ranges::find(variables_, token.text) != variables_.end()) return {};
    const auto nearest = find_nearest(token.text, variables_);
    return fail_at(token.span, fmt::format("no variable '{}' here", printable(token.text)),
                   nearest ? fmt::format("did you mean '{}'?", *nearest)
                           : fmt::format("set it first: {{{{{} := ...}}}}", printable(token.text)));
  }

  static bool ends_command(TokenKind kind) {
    return kind == TokenKind::close || kind == TokenKind::pipe || kind == TokenKind::right_paren ||
           kind == TokenKind::end;
  }

  Result<Command> parse_command(bool first, std::string_view context) {
    Command command;
    while (!ends_command(peek().kind)) {
      const auto& token = peek();
      if (!command.words.empty() && !token.after_space) {
        return fail_at(token.span, fmt::format("expected a space before {}", describe(token)));
      }
      auto operand = TRY(parse_operand());
      command.words.push_back(std::move(operand));
    }
    if (command.words.empty()) {
      return fail_at(peek().span,
                     fmt::format("expected a value for {}, found {}", context, describe(peek())));
    }
    const auto& word = command.words.front();
    const bool is_value = word.kind == Operand::Kind::literal || word.kind == Operand::Kind::nil ||
                          (word.kind == Operand::Kind::dot && word.path.empty());
    if (!first && is_value) {
      return fail_at(word.span, "this takes no value from the '|' before it; expected a function");
    }
    if (command.words.size() > 1 && is_value) {
      return fail_at(command.words[1].span, "a value takes no arguments",
                     "join two actions, or call a function such as print");
    }
    return command;
  }

  Result<Operand> parse_operand() {
    auto operand = TRY(parse_term());
    const bool may_have_path = operand.kind == Operand::Kind::variable ||
                               operand.kind == Operand::Kind::group ||
                               (operand.kind == Operand::Kind::dot && !operand.path.empty());
    while (may_have_path && peek().kind == TokenKind::field && !peek().after_space) {
      const auto& token = next();
      operand.path.push_back({.name = token.text, .span = token.span});
      operand.span.length = token.span.offset + token.span.length - operand.span.offset;
    }
    if (!peek().after_space && (peek().kind == TokenKind::dot || peek().kind == TokenKind::field)) {
      return fail_at(peek().span, may_have_path ? "expected a name after the dot"
                                                : fmt::format("unexpected {} here", describe(peek())));
    }
    return operand;
  }

  Result<Operand> parse_term() {
    const auto& token = next();
    Operand operand{.kind = Operand::Kind::literal, .span = token.span};
    switch (token.kind) {
      case TokenKind::field:
        operand.kind = Operand::Kind::dot;
        operand.path.push_back({.name = token.text, .span = token.span});
        return operand;
      case TokenKind::dot:
        operand.kind = Operand::Kind::dot;
        return operand;
      case TokenKind::variable:
        TRY(require_variable(token));
        operand.kind = Operand::Kind::variable;
        operand.variable = token.text;
        return operand;
      case TokenKind::string:
        operand.literal = JsonValue(Json(token.text));
        return operand;
      case TokenKind::character:
        operand.literal = JsonValue(Json(character_value(token.text)));
        return operand;
      case TokenKind::number:
        return parse_number(std::move(operand), token);
      case TokenKind::identifier:
        return parse_identifier(std::move(operand), token);
      case TokenKind::left_paren:
        return parse_group(std::move(operand));
      default:
        return fail_at(token.span, fmt::format("expected a value, found {}", describe(token)));
    }
  }

  // '\xff' is a byte that is no UTF-8 by itself.
  static std::int64_t character_value(std::string_view text) {
    const auto point = decode_code_point(text);
    return point.valid ? static_cast<std::int64_t>(point.value) : static_cast<unsigned char>(text[0]);
  }

  Result<Operand> parse_number(Operand operand, const Token& token) {
    auto value = parse_number_literal(token.text);
    if (!value) {
      return fail_at(token.span,
                     fmt::format("'{}' is not a number that fits 64 bits", printable(token.text)));
    }
    operand.literal = std::move(*value);
    return operand;
  }

  Result<Operand> parse_identifier(Operand operand, const Token& token) {
    if (token.text == "true" || token.text == "false") {
      operand.literal = JsonValue(Json(token.text == "true"));
    } else if (token.text == "nil") {
      operand.kind = Operand::Kind::nil;
    } else {
      operand.kind = Operand::Kind::function;
      operand.function = find_function(token.text);
      if (operand.function == nullptr) return unknown_function(token);
    }
    return operand;
  }

  std::unexpected<Error> unknown_function(const Token& token) const {
    const auto name = printable(token.text);
    if (const auto reason = find_refused_function(token.text)) {
      return fail_at(token.span, fmt::format("the function '{}' is not supported", name),
                     std::string(*reason));
    }
    const auto names = function_names();
    const auto nearest = find_nearest(token.text, names);
    return fail_at(
        token.span, fmt::format("no function '{}'", name),
        nearest ? fmt::format("did you mean '{}'?", *nearest)
                : fmt::format("a field has a dot before it: .{}; functions: {}", name, join(names, ", ")));
  }

  Result<Operand> parse_group(Operand operand) {
    if (++depth_ > kMaxTemplateDepth) return too_deep(operand.span);
    operand.kind = Operand::Kind::group;
    const auto variables = variables_.size();
    auto pipeline = TRY(parse_pipeline("the parentheses", 1));
    if (peek().kind != TokenKind::right_paren) {
      return fail_at(operand.span, "this '(' has no ')'");
    }
    const auto& close = next();
    operand.span.length = close.span.offset + 1 - operand.span.offset;
    operand.group = std::make_unique<Pipeline>(std::move(pipeline));
    variables_.resize(variables);
    --depth_;
    return operand;
  }

  std::string_view source_;
  const LexOptions& options_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t ranges_ = 0;
  std::vector<std::string> variables_;
};

}  // namespace

Result<std::vector<Node>> parse_template(std::string_view source, const LexOptions& options) {
  auto tokens = TRY(lex_template(source, options));
  return Parser(source, options, std::move(tokens)).run();
}

}  // namespace corten::term::detail
