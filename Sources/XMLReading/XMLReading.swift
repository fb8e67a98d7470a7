import CLibXML

/// One element of a document.
package struct XMLElement: Hashable, Sendable {
    /// Local names, the first element's first: `config/provisioning/check`.
    package let path: String
    /// By their names as written, prefix and all.
    package fileprivate(set) var attributes: [String: String] = [:]
    /// Without the blanks around it; empty where there are elements inside.
    package fileprivate(set) var text = ""
    /// Where it begins.
    package fileprivate(set) var line = 1

    package init(path: String, attributes: [String: String] = [:], text: String = "", line: Int = 1) {
        self.path = path
        self.attributes = attributes
        self.text = text
        self.line = line
    }

    /// The last step of the path.
    package var name: Substring { path.split(separator: "/").last ?? "" }
}

/// Why bytes are no XML.
package struct XMLFault: Error, Hashable, Sendable {
    package let line: Int
    /// Without a full stop.
    package let sentence: String

    package init(line: Int, _ sentence: String) {
        self.line = line
        self.sentence = sentence
    }
}

package enum XMLLimits {
    /// In bytes.
    package static let longest = 1 << 20
}

/// Reads one XML document (XML 1.0, fifth edition) with libxml2.
///
/// Nothing is fetched, no entity but the five of XML is expanded and no DTD outside the document is read. Bytes are bounded by
/// ``XMLLimits/longest``, depth by libxml2's own 256.
///
/// - Returns: its elements in the order in which they begin, the first one of the document first.
/// - Throws: ``XMLFault`` for what is not well-formed as a whole, and where libxml2 cannot be loaded.
package func readXML(_ bytes: [UInt8]) throws(XMLFault) -> [XMLElement] {
    guard bytes.count <= XMLLimits.longest else { throw XMLFault(line: 1, "longer than \(XMLLimits.longest) bytes") }
    let xml = try LibXML.calls.get()
    let result: Result<[XMLElement], XMLFault> = bytes.withUnsafeBytes { buffer in
        let text = buffer.bindMemory(to: CChar.self)
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        guard let reader = xml.ReaderForMemory(text.baseAddress, Int32(buffer.count), nil, nil, Int32(options)) else {
            return .failure(XMLFault(line: 1, "it is empty"))
        }
        defer { xml.FreeTextReader(reader) }
        return ElementReader(xml: xml, reader: reader).elements()
    }
    return try result.get()
}

private struct ElementReader {
    let xml: bellhop_libxml
    let reader: xmlTextReaderPtr

    func elements() -> Result<[XMLElement], XMLFault> {
        let first = FirstError()
        xml.TextReaderSetStructuredErrorHandler(
            reader,
            { context, error in
                guard let context, let error else { return }
                Unmanaged<FirstError>.fromOpaque(context).takeUnretainedValue().take(
                    line: Int(error.pointee.line), error.pointee.message.map { String(cString: $0) } ?? "")
            }, Unmanaged.passUnretained(first).toOpaque())
        var found: [XMLElement] = []
        // Places in `found`, of the elements that have begun and not ended.
        var open: [Int] = []
        while true {
            switch xml.TextReaderRead(reader) {
            case 1: take(&found, &open)
            case 0:
                return found.isEmpty ? .failure(XMLFault(line: 1, "it holds no element")) : .success(found)
            default: return .failure(XMLFault(line: first.line, first.sentence))
            }
        }
    }

    /// What the reader stands at.
    private func take(_ found: inout [XMLElement], _ open: inout [Int]) {
        switch UInt32(bitPattern: xml.TextReaderNodeType(reader)) {
        case XML_READER_TYPE_ELEMENT.rawValue:
            // Asked for before the attributes, at which the reader would stand then.
            let isEmpty = xml.TextReaderIsEmptyElement(reader) == 1
            found.append(element(in: open.last.map { found[$0].path }))
            if !isEmpty { open.append(found.count - 1) }
        case XML_READER_TYPE_TEXT.rawValue, XML_READER_TYPE_CDATA.rawValue:
            guard let place = open.last, let text = xml.TextReaderConstValue(reader) else { return }
            found[place].text += String(cString: text)
        case XML_READER_TYPE_END_ELEMENT.rawValue:
            guard let place = open.popLast() else { return }
            found[place].text = place == found.count - 1 ? trimmed(found[place].text) : ""
        default: break
        }
    }

    private func element(in parent: String?) -> XMLElement {
        let name = xml.TextReaderConstLocalName(reader).map { String(cString: $0) } ?? ""
        var element = XMLElement(path: parent.map { "\($0)/\(name)" } ?? name)
        // Where the element begins; the parser itself has read on.
        element.line = xml.TextReaderCurrentNode(reader).map { xml.GetLineNo($0) } ?? 1
        while xml.TextReaderMoveToNextAttribute(reader) == 1 {
            guard let key = xml.TextReaderConstName(reader), let value = xml.TextReaderConstValue(reader) else { continue }
            element.attributes[String(cString: key)] = String(cString: value)
        }
        return element
    }
}

private func trimmed(_ text: String) -> String {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
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
