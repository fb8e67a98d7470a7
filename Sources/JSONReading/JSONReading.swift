import CJansson
import JSONText

/// Why bytes are not the JSON that is wanted.
package struct JSONFault: Error, Hashable, Sendable {
    package let sentence: String
}

/// Reads one JSON text (RFC 8259) through Jansson: an object or an array in UTF-8, no name twice, no NUL in a text.
///
/// Numbers must be whole; nothing that bellhop reads has others.
/// - Parameter limit: the most bytes.
package func readJSON(_ bytes: [UInt8], limit: Int) throws(JSONFault) -> JSONValue {
    guard bytes.count <= limit else { throw JSONFault(sentence: "longer than \(limit) bytes") }
    var error = json_error_t()
    let parsed = bytes.withUnsafeBytes { buffer in
        buffer.withMemoryRebound(to: CChar.self) { json_loadb($0.baseAddress, $0.count, bellhop_json_flags, &error) }
    }
    guard let root = parsed else {
        let words = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        throw JSONFault(sentence: "not JSON: \(words) in line \(error.line)")
    }
    defer { json_decref(root) }
    return try value(root, depth: 0)
}

/// Deeper nesting than anything that bellhop is told.
private let deepest = 16

private func value(_ json: UnsafeMutablePointer<json_t>, depth: Int) throws(JSONFault) -> JSONValue {
    guard depth < deepest else { throw JSONFault(sentence: "nested more than \(deepest) levels deep") }
    switch json.pointee.type {
    case JSON_NULL: return .null
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    case JSON_INTEGER: return .number(Int(json_integer_value(json)))
    case JSON_STRING: return .string(text(json_string_value(json), json_string_length(json)))
    case JSON_ARRAY:
        var items: [JSONValue] = []
        for place in 0..<json_array_size(json) {
            if let item = json_array_get(json, place) { items.append(try value(item, depth: depth + 1)) }
        }
        return .array(items)
    case JSON_OBJECT:
        var members: [(String, JSONValue)] = []
        var iterator = json_object_iter(json)
        while let here = iterator {
            if let name = json_object_iter_key(here), let item = json_object_iter_value(here) {
                members.append((String(cString: name), try value(item, depth: depth + 1)))
            }
            iterator = json_object_iter_next(json, here)
        }
        return .object(members)
    default: throw JSONFault(sentence: "a number in it is not whole")
    }
}

private func text(_ characters: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: characters, count: characters == nil ? 0 : count), as: UTF8.self)
}
