import FileTemplates
import Packets
import VendorCatalogue

extension Policy {
    /// What a name in a template stands for: a column of `devices.csv` with the value of the phone's row, else a variable of URLs.
    package func templateValue(_ name: String, for asker: FileAsker) -> TemplateValue {
        if isColumn(name) {
            let device = asker.identity.mac.flatMap { settings.devices[$0] }
            if let text = device?[column: name] { return .text(text) }
            let who = asker.identity.mac?.colons ?? "this phone"
            let row = device?.place.map { " (\($0))" } ?? ""
            return .missing(device == nil ? "devices.csv has no row of \(who)" : "nothing stands under it for \(who)\(row)")
        }
        guard let variable = TextTemplate.Variable(rawValue: name) else { return .unknown(faultOfTemplateName(name) ?? "") }
        guard let text = value(of: variable, for: asker), !text.isEmpty else {
            return .missing("it is not known of \(asker.identity.mac?.colons ?? "this phone")")
        }
        return .text(text)
    }

    /// Why a name can stand in no template; `nil` where it can.
    package func faultOfTemplateName(_ name: String) -> String? {
        let known = Set(settings.deviceColumns + TextTemplate.Variable.allCases.map(\.rawValue))
        return known.contains(name)
            ? nil : "no column of devices.csv and no variable; there are \(known.sorted().joined(separator: ", "))"
    }

    /// Whether a name stands for something of the phone's own row: what is made with it is for that phone alone.
    package func isOfRow(_ name: String) -> Bool {
        isColumn(name) || (TextTemplate.Variable(rawValue: name)?.isOfURL == true && settings.deviceColumns.contains("url"))
    }

    /// `mac`, `vendor`, `model` and `url` are variables too, which say the same and are there without a row.
    private func isColumn(_ name: String) -> Bool {
        settings.deviceColumns.contains(name) && !["mac", "vendor", "model", "url"].contains(name)
    }

    private func value(of variable: TextTemplate.Variable, for asker: FileAsker) -> String? {
        // What needs this machine's address has none where nobody knows by which one the phone came.
        guard let server = asker.server else {
            return variable == .server || variable.isOfURL ? nil : value(of: variable, for: asker, .any)
        }
        return value(of: variable, for: asker, server)
    }

    private func value(of variable: TextTemplate.Variable, for file: FileAsker, _ server: IPv4Address) -> String? {
        var asker = Asker(identity: file.identity, link: Link(interface: "", mac: nil, address: server))
        asker.address = file.address
        let url = variable.isOfURL ? template(for: file.identity, file.rule).flatMap { try? expand($0, for: asker) } : nil
        return variables(of: asker, url: url)(variable)
    }
}
