import Foundation
import Testing

/// A real browser (Debian's chromium), driven as the W3C WebDriver recommendation has it, in a station's namespace.
final class Browser {
    private let station: Station
    private let driver: Program
    private let session: String

    init(on station: Station, width: Int = 1200, height: Int = 900) throws {
        self.station = station
        driver = try station.start("chromedriver", "--port=9515")
        try driver.wait(for: "started successfully")
        let options: [String: Any] = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=\(width),\(height)",
                "--user-data-dir=\(station.lab.folder.appending(path: "chromium").path)",
            ]
        ]
        let answer = try Browser.call(
            station, "POST", "/session", ["capabilities": ["alwaysMatch": ["goog:chromeOptions": options]]])
        guard let value = answer as? [String: Any], let session = value["sessionId"] as? String else {
            throw LabFailure("chromedriver gave no session: \(answer)")
        }
        self.session = session
    }

    func end() {
        _ = try? Browser.call(station, "DELETE", "/session/\(session)", nil)
        driver.end()
    }

    func open(_ url: String) throws {
        _ = try Browser.call(station, "POST", "/session/\(session)/url", ["url": url])
    }

    /// What a function's body returns in the page.
    @discardableResult
    func run(_ script: String) throws -> Any {
        try Browser.call(station, "POST", "/session/\(session)/execute/sync", ["script": script, "args": [Any]()])
    }

    func text(_ script: String) throws -> String { "\(try run("return String(\(script))"))" }

    func wait(for script: String) throws {
        var last = ""
        try eventually(
            "the page never came to \(script)", showing: { last + "\n" + ((try? text("document.body.innerText")) ?? "") }
        ) {
            last = try text(script)
            return last == "true"
        }
    }

    /// A command of the browser's own protocol, such as what the reader prefers.
    func command(_ name: String, _ parameters: [String: Any]) throws {
        _ = try Browser.call(
            station, "POST", "/session/\(session)/goog/cdp/execute", ["cmd": name, "params": parameters])
    }

    func prefers(dark: Bool) throws {
        let feature = ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]
        try command("Emulation.setEmulatedMedia", ["features": [feature]])
    }

    func screen(width: Int, height: Int) throws {
        try command(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
    }

    /// PNG.
    func screenshot() throws -> Data {
        guard let text = try Browser.call(station, "GET", "/session/\(session)/screenshot", nil) as? String,
            let data = Data(base64Encoded: text)
        else { throw LabFailure("the browser gave no picture") }
        return data
    }

    private static func call(_ station: Station, _ method: String, _ path: String, _ body: [String: Any]?) throws -> Any {
        let data = try JSONSerialization.data(withJSONObject: body ?? [:])
        let file = try station.lab.write(data, to: "webdriver.json")
        let outcome = try station.run(
            "curl",
            ["-sS", "--max-time", "60", "-X", method, "-H", "Content-Type: application/json"]
                + (body == nil ? [] : ["--data-binary", "@\(file)"]) + ["http://127.0.0.1:9515\(path)"])
        guard let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any],
            let value = answer["value"]
        else { throw LabFailure("chromedriver said \(outcome.text)") }
        if let fault = value as? [String: Any], let error = fault["error"] as? String {
            throw LabFailure("\(method) \(path): \(error): \(fault["message"] ?? "")")
        }
        return value
    }
}
