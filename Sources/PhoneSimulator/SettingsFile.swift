import XMLReading

/// A settings file in XML, as a phone takes it.
enum SettingsFile {
    /// A number of seconds or the like that stands in a file, a year at most either way: who writes it may write anything.
    static func number(_ text: some StringProtocol) -> Int? {
        Int(text).map { min(max($0, -PhoneTime.year), PhoneTime.year) }
    }

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
