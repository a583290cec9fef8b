using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MLNetWsss.Bench;

/// <summary>What the same work costs elsewhere.</summary>
internal sealed record Peer(string Name, double Value);

/// <summary>Prints measurements, one JSON object a line, to standard output; everything else goes to standard error.</summary>
internal sealed class Json(string bench)
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
    };

    /// <summary>One measurement of which nothing better is known.</summary>
    /// <param name="what">The key.</param>
    /// <param name="value">The figure; shares as fractions.</param>
    /// <param name="unit">What it counts.</param>
    /// <param name="settings">What it was measured under: an anonymous object.</param>
    internal void Line(string what, double value, string unit, object settings) => Print(what, value, unit, null, 0, settings);

    /// <summary>A figure of which more is better, next to the peer's.</summary>
    internal void MoreIsBetter(string what, double value, string unit, Peer peer, object settings) =>
        Print(what, value, unit, peer, value / peer.Value, settings);

    /// <summary>A figure of which less is better, next to the peer's.</summary>
    internal void LessIsBetter(string what, double value, string unit, Peer peer, object settings) =>
        Print(what, value, unit, peer, peer.Value / value, settings);

    private void Print(string what, double value, string unit, Peer? peer, double ratio, object settings)
    {
        var line = new JsonObject { ["bench"] = bench, ["what"] = what, ["value"] = Number(value), ["unit"] = unit };
        if (peer is not null)
        {
            line["peer"] = peer.Name;
            line["peerValue"] = Number(peer.Value);
            line["ratio"] = Number(ratio);
        }
        var conditions = JsonSerializer.SerializeToNode(settings, Plain)!.AsObject();
        conditions["machine"] = Machine.Name;
        conditions["load"] = Machine.Load;
        line["settings"] = conditions;
        Console.WriteLine(line.ToJsonString(Plain));
        Console.Out.Flush();
    }

    // JSON has no NaN, and five digits are more than any of these measurements is worth.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(Rounded(value)) : null;

    /// <summary>A number of five significant digits.</summary>
    internal static double Rounded(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        int digits = 4 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits >= 0 ? Math.Round(value, Math.Min(digits, 15)) : Math.Round(value);
    }

    internal static void Note(string text) => Console.Error.WriteLine(text);
}
