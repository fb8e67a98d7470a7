/// Seconds of `90s`, `30m`, `1h` or `7d`; from a minute to thirty days, `nil` for anything else.
package func durationSeconds(_ text: String) -> UInt32? {
    guard let unit = text.last, let factor = ["s": 1, "m": 60, "h": 3600, "d": 86_400][unit],
        let number = UInt32(text.dropLast())
    else { return nil }
    let (seconds, overflow) = number.multipliedReportingOverflow(by: UInt32(factor))
    return !overflow && (60...2_592_000).contains(seconds) ? seconds : nil
}
