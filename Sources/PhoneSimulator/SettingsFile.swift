import XMLReading

/// A settings file in XML, as a phone takes it.
enum SettingsFile {
    /// Its elements, and what the phone would say of it. How a phone takes a file that is not well-formed no manual says: here, as if it
    /// were empty.
    static func elements(_ text: String, _ file: ToldURL) -> (elements: [XMLElement], faults: [String]) {
        guard !text.isEmpty else { return ([], []) }
        do throws(XMLFault) {
            return (try readXML(Array(text.utf8)), [])
        } catch {
            return ([], ["\(file.fileName) is no XML (line \(error.line): \(error.sentence)), and tells it nothing"])
        }
    }
}
