import CLibXML
import Linting

/// Looks through one XML document (XML 1.0, fifth edition) with libxml2: whether it is well-formed, and what its first element says.
///
/// Nothing is fetched, no entity is expanded and no DTD outside the document is read. Bytes are bounded by ``LintLimits/longestFile``,
/// depth by libxml2's own 256.
package func xmlForm(of bytes: [UInt8]) -> XMLForm {
    guard bytes.count <= LintLimits.longestFile else { return .fault(line: 1, "longer than \(LintLimits.longestFile) bytes") }
    let first = FirstError()
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    return bytes.withUnsafeBytes { buffer in
        let text = buffer.bindMemory(to: CChar.self)
        guard let reader = xmlReaderForMemory(text.baseAddress, Int32(buffer.count), nil, nil, Int32(options)) else {
            return .fault(line: 1, "it is empty")
        }
        defer { xmlFreeTextReader(reader) }
        xmlTextReaderSetStructuredErrorHandler(
            reader,
            { context, error in
                guard let context, let error else { return }
                Unmanaged<FirstError>.fromOpaque(context).takeUnretainedValue().take(
                    line: Int(error.pointee.line), error.pointee.message.map { String(cString: $0) } ?? "")
            }, Unmanaged.passUnretained(first).toOpaque())
        var root: XMLForm?
        while true {
            switch xmlTextReaderRead(reader) {
            case 1:
                if root == nil, xmlTextReaderNodeType(reader) == Int32(XML_READER_TYPE_ELEMENT.rawValue) {
                    root = element(reader)
                }
            case 0:
                return root ?? .fault(line: 1, "it holds no element")
            default:
                return .fault(line: first.line, first.sentence)
            }
        }
    }
}

private func element(_ reader: xmlTextReaderPtr) -> XMLForm {
    // Where the element begins; the parser itself has read on.
    let line = xmlTextReaderCurrentNode(reader).map { xmlGetLineNo($0) } ?? 1
    let name = xmlTextReaderConstLocalName(reader).map { String(cString: $0) } ?? ""
    var attributes: [String: String] = [:]
    while xmlTextReaderMoveToNextAttribute(reader) == 1 {
        guard let key = xmlTextReaderConstName(reader), let value = xmlTextReaderConstValue(reader) else { continue }
        attributes[String(cString: key)] = String(cString: value)
    }
    return .root(name, attributes, line: line)
}

/// What was wrong first: what follows from it says less.
private final class FirstError {
    private(set) var line = 1
    private(set) var sentence = "it is no XML"
    private var isTaken = false

    func take(line: Int, _ message: String) {
        guard !isTaken else { return }
        isTaken = true
        self.line = max(1, line)
        let words = message.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        sentence = String(String.UnicodeScalarView(words).prefix(200))
    }
}
