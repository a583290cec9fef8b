using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the optimizers share: parameter groups, state per parameter, and saving both.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    protected OptimizerOptions _defaults;
    protected Utils.OrderedDict<IntPtr, OptimizerState> _state = new();

    public OptimizerHelper() { }

    public override IEnumerable<Parameter> parameters() => base.parameters();
    public override void add_param_group(ParamGroup param_group) => base.add_param_group(param_group);
    public override void zero_grad() => base.zero_grad();

    /// <summary>Runs the closure with gradients and then the body for each group without them; gives back the closure's loss.</summary>
    protected Tensor _step<T>(Action<T> body, Func<Tensor> loss_closure = null) where T : ParamGroup
    {
        Tensor loss = null;
        if (loss_closure is not null)
        {
            using var _ = enable_grad();
            loss = loss_closure();
        }

        using var __ = no_grad();
        foreach (var group in _parameter_groups)
        {
            using var scope = NewDisposeScope();
            body((T)group);
        }

        return loss;
    }

    public virtual optim.Optimizer.StateDictionary state_dict()
    {
        var result = new optim.Optimizer.StateDictionary();
        foreach (var group in _parameter_groups)
        {
            result.Options.Add(group.Options);
            result.StateIndexRef.Add([.. Enumerable.Range(result.State.Count, group.Parameters.Count())]);
            result.State.AddRange(group.Parameters.Select(parameter => _state[parameter.Handle]));
        }

        return result;
    }

    public virtual void load_state_dict(optim.Optimizer.StateDictionary state_dict)
    {
        var own = this.state_dict();
        RequireSame("parameter groups", own.Options.Count, state_dict.Options.Count);
        RequireSame("parameters", own.State.Count, state_dict.State.Count);
        foreach (var (mine, loaded) in own.Options.Zip(state_dict.Options))
            if (!ReferenceEquals(mine, loaded)) mine.LoadStateDict(loaded);
        foreach (var (mine, loaded) in own.State.Zip(state_dict.State))
            if (!ReferenceEquals(mine, loaded)) mine.LoadStateDict(loaded);
    }

    public void save_state_dict(string location)
    {
        using var stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    /// <summary>Writes the optimizer's name, its default options, and the options and states of its groups.</summary>
    public void save_state_dict(BinaryWriter writer)
    {
        var own = state_dict();
        writer.Write(GetType().Name);
        _defaults.SaveStateDict(writer);
        writer.Write7BitEncodedInt(own.Options.Count);
        writer.Write7BitEncodedInt(own.State.Count);
        foreach (var options in own.Options) options.SaveStateDict(writer);
        foreach (var state in own.State) state.SaveStateDict(writer);
    }

    public void load_state_dict(string location)
    {
        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    public void load_state_dict(BinaryReader reader)
    {
        var saved = reader.ReadString();
        if (saved != GetType().Name)
        {
            throw new InvalidDataException(
                $"Mismatched optimizer type: expected '{GetType().Name}', found '{saved}' in the loaded stream.");
        }

        _defaults.LoadStateDict(reader);
        var own = state_dict();
        RequireSame("parameter groups", own.Options.Count, reader.Read7BitEncodedInt());
        RequireSame("parameters", own.State.Count, reader.Read7BitEncodedInt());
        foreach (var options in own.Options) options.LoadStateDict(reader);
        foreach (var state in own.State) state.LoadStateDict(reader);
    }

    public void to(Device device)
    {
        foreach (var state in _state.values()) state.to(device);
    }

    private protected void DisposeStates()
    {
        foreach (var state in _state.values()) (state as IDisposable)?.Dispose();
        _state.clear();
    }

    private protected void AddGroup(ParamGroup group, Func<Parameter, OptimizerState> newState)
    {
        group.Options.InitialLearningRate = group.Options.LearningRate.Value;
        base.add_param_group(group);
        foreach (var parameter in group.Parameters)
        {
            var state = newState(parameter);
            _state[parameter.Handle] = state;
            state.Initialize(group.Options);
        }
    }

    /// <summary>The group's parameters that have a gradient, with gradients of the sign that is to be descended and the states.</summary>
    private protected (List<Tensor> Parameters, List<Tensor> Gradients, List<TState> States) Trained<TState>(
        ParamGroup group, bool maximize)
        where TState : OptimizerState
    {
        List<Tensor> parameters = [], gradients = [];
        List<TState> states = [];
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient) continue;
            parameters.Add(parameter);
            gradients.Add(gradient);
            states.Add((TState)_state[parameter.Handle]);
        }

        return (parameters, maximize && gradients.Count > 0 ? [.. Op.RunMany("_foreach_neg", gradients)] : gradients, states);
    }

    private static void RequireSame(string what, int expected, int found)
    {
        if (expected != found)
            throw new ArgumentException($"Optimizer state: expected {expected} {what} as this optimizer has, found {found} in the state.");
    }
}
