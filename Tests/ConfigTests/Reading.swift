import ConfigFiles
import ConfigTree
import Provisioning
import Testing
import VendorCatalogue

func parse(_ yaml: String) throws -> ConfigNode {
    try YAMLDocument.parse(Array(yaml.utf8), file: "x.yaml")
}

/// The settings of this text, and its mistakes as `LINE: sentence`.
func settings(_ yaml: String, vendors: [String] = ["snom", "snom-desk", "polycom-ucs"]) throws -> (
    settings: Settings, problems: [String]
) {
    let problems = ConfigProblems()
    let settings = Settings(try parse(yaml), vendors: vendors, problems)
    return (settings, lines(problems))
}

func lines(_ problems: ConfigProblems) -> [String] {
    problems.inOrder.map { "\($0.place.line): \($0.sentence)" }
}

extension ConfigNode {
    /// The value of a key.
    subscript(key: String) -> ConfigNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var scalar: String? {
        guard case .scalar(let text) = content else { return nil }
        return text
    }
}
