import CLibXML

/// libxml2's calls, looked up when the first document is read and never before: the daemon reads none, and libxml2 brings ICU along.
enum LibXML {
    static let calls: Result<bellhop_libxml, XMLFault> = {
        var calls = bellhop_libxml()
        if let words = bellhop_load_libxml(&calls) {
            return .failure(
                XMLFault(line: 1, "libxml2 cannot be loaded (\(String(cString: words))); install the package libxml2"))
        }
        return .success(calls)
    }()
}

/// For who reads many documents, to know beforehand that none can be.
///
/// - Throws: ``XMLFault`` where libxml2 cannot be loaded, with what to do.
package func loadXMLReading() throws(XMLFault) {
    _ = try LibXML.calls.get()
}
