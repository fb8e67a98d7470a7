import CYAML
import ConfigTree

/// Reads YAML 1.1 through libyaml into a tree with line numbers. Scalars stay text. Aliases are refused: a configuration that repeats
/// itself by reference has lines whose meaning stands elsewhere.
package enum YAMLDocument {
    /// Deeper nesting than any configuration has, and than a recursive reader should follow.
    static let deepest = 32
    /// The longest file that is read, in bytes.
    package static let longest = 8 << 20

    /// - Parameter file: the name that places carry.
    /// - Returns: an empty node for an empty document.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigProblem) -> ConfigNode {
        // libyaml skips a byte order mark only where it is to guess the encoding.
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let events = try YAMLEvents(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes, file: file)
        return try events.document()
    }
}

/// One run of libyaml's parser. It keeps pointers into itself, so it lives behind one of ours and never moves.
private final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    init(_ input: [UInt8], file: String) throws(ConfigProblem) {
        self.file = file
        parser = .allocate(capacity: 1)
        bytes = .allocate(capacity: max(1, input.count))
        _ = bytes.initialize(from: input)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            bytes.deallocate()
            throw ConfigProblem("out of memory", at: ConfigPlace(file: file, line: 1))
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    private enum Event {
        case scalar(ConfigNode.Content)
        case listStart, listEnd, mapStart, mapEnd, alias, end, other
    }

    func document() throws(ConfigProblem) -> ConfigNode {
        let first = ConfigPlace(file: file, line: 1)
        while true {
            let (event, place) = try next()
            switch event {
            case .other: continue
            case .end: return ConfigNode(.empty, at: first)
            default:
                let node = try node(event, place, depth: 0)
                while true {
                    let (event, place) = try next()
                    switch event {
                    case .end: return node
                    case .other: continue
                    default: throw ConfigProblem("a second document begins here; one file holds one", at: place)
                    }
                }
            }
        }
    }

    private func node(_ event: Event, _ place: ConfigPlace, depth: Int) throws(ConfigProblem) -> ConfigNode {
        guard depth < YAMLDocument.deepest else { throw ConfigProblem("nested more than \(YAMLDocument.deepest) levels deep", at: place) }
        switch event {
        case .scalar(let content):
            return ConfigNode(content, at: place)
        case .listStart:
            var items: [ConfigNode] = []
            while true {
                let (event, itemPlace) = try next()
                if case .listEnd = event { return ConfigNode(.list(items), at: place) }
                items.append(try node(event, itemPlace, depth: depth + 1))
            }
        case .mapStart:
            var entries: [ConfigNode.Entry] = []
            while true {
                let (event, keyPlace) = try next()
                if case .mapEnd = event { return ConfigNode(.map(entries), at: place) }
                guard case .scalar(let content) = event, let key = YAMLEvents.key(content) else {
                    throw ConfigProblem("a key must be a single value", at: keyPlace)
                }
                if let earlier = entries.first(where: { $0.key == key }) {
                    throw ConfigProblem("\"\(key)\" stands here a second time; line \(earlier.keyPlace.line) has the first", at: keyPlace)
                }
                let (valueEvent, valuePlace) = try next()
                entries.append(.init(key: key, keyPlace: keyPlace, value: try node(valueEvent, valuePlace, depth: depth + 1)))
            }
        case .alias:
            throw ConfigProblem("aliases (*name) are not understood; write the value out", at: place)
        case .listEnd, .mapEnd, .end, .other:
            throw ConfigProblem("a value is missing", at: place)
        }
    }

    private static func key(_ content: ConfigNode.Content) -> String? {
        switch content {
        case .scalar(let text): text
        case .empty: "~"
        case .list, .map: nil
        }
    }

    private func next() throws(ConfigProblem) -> (Event, ConfigPlace) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        let place = ConfigPlace(file: file, line: event.start_mark.line + 1)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            let isEmpty = isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
            return (.scalar(isEmpty ? .empty : .scalar(text)), place)
        case YAML_SEQUENCE_START_EVENT: return (.listStart, place)
        case YAML_SEQUENCE_END_EVENT: return (.listEnd, place)
        case YAML_MAPPING_START_EVENT: return (.mapStart, place)
        case YAML_MAPPING_END_EVENT: return (.mapEnd, place)
        case YAML_ALIAS_EVENT: return (.alias, place)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.end, place)
        default: return (.other, place)
        }
    }

    /// libyaml's own words, with its line.
    private func problem() -> ConfigProblem {
        var line = max(parser.pointee.problem_mark.line, parser.pointee.context_mark.line) + 1
        if parser.pointee.error == YAML_READER_ERROR {
            // Bytes that are no text are met while a buffer is filled, long before their line is.
            line = bytes.prefix(Int(clamping: parser.pointee.problem_offset)).count { $0 == UInt8(ascii: "\n") } + 1
        }
        let words = parser.pointee.problem.map { String(cString: $0) } ?? "this is not YAML"
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        return ConfigProblem("not YAML: \(words)\(context)", at: ConfigPlace(file: file, line: line))
    }
}
