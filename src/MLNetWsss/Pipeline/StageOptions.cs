using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLNetWsss.Pipeline;

/// <summary>What every stage lets its user set. Options are immutable and checked once, when the stage is made.</summary>
public abstract record StageOptions
{
    /// <summary>Column with the photos.</summary>
    public string ImageColumn { get; init; } = "Image";

    /// <summary>Rows that go through the stage together at prediction, >= 1. More is faster until memory is short; results do not change.</summary>
    public int PredictionBatch { get; init; } = 8;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the remedy.</exception>
    internal virtual void Validate()
    {
        Require(PredictionBatch >= 1, PredictionBatch, "at least 1 row a batch");
        RequireName(ImageColumn);
    }

    /// <summary>Throws unless <paramref name="holds"/>, naming the option, what was expected and what was found.</summary>
    protected static void Require(bool holds, object? value, string expected, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, value, $"Option {option} is {value}; expected {expected}. Set it in the stage's options.");
    }

    /// <summary>Throws unless a column name is given.</summary>
    protected static void RequireName(string name, [CallerArgumentExpression(nameof(name))] string option = "") =>
        Require(!string.IsNullOrWhiteSpace(name), name ?? "null", "the name of a column", option);

    internal static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
    };

    internal string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);
}
