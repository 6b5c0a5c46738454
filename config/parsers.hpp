// The two syntaxes, each as events into a DocumentBuilder. Private to this folder. Both throw Refused.
#pragma once

#include <string_view>

#include "config/document_builder.hpp"

namespace gatehouse::config {

void parse_yaml(std::string_view text, DocumentBuilder& builder);
void parse_json(std::string_view text, DocumentBuilder& builder);

}  // namespace gatehouse::config
