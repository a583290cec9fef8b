using Standins.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standins.Tests.Optim;

public sealed class OptimizerStateTests : TorchTest
{
    public static TheoryData<string> Rules => ["sgd", "amsgrad", "adamw"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_run_resumed_from_a_stream_goes_on_to_the_same_bits(string rule)
    {
        var (parameters, optimizer) = HalfWay(rule);
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        var copies = Copies(parameters);
        var resumed = Create(rule, copies);
        resumed.load_state_dict(new BinaryReader(stream));

        Assert.Equal(stream.Length, stream.Position);
        Assert.Equal(.03, resumed.ParamGroups.Single().LearningRate);
        AssertGoOnAlike(parameters, optimizer, copies, resumed);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_run_resumed_from_a_state_dict_goes_on_to_the_same_bits(string rule)
    {
        var (parameters, optimizer) = HalfWay(rule);
        var copies = Copies(parameters);
        var resumed = Create(rule, copies);
        resumed.load_state_dict(optimizer.state_dict());

        AssertGoOnAlike(parameters, optimizer, copies, resumed);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Another_rules_state_is_refused(string rule)
    {
        var (parameters, optimizer) = HalfWay(rule);
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;

        Assert.Throws<InvalidDataException>(() =>
            Create(rule == "sgd" ? "adamw" : "sgd", parameters).load_state_dict(new BinaryReader(stream)));
    }

    [Fact]
    public void A_step_leaves_no_tensors_and_disposal_takes_the_state()
    {
        long before = LiveTensors();
        using (var network = nn.Linear(3, 2))
        using (var optimizer = optim.AdamW(network.parameters(), .1))
        {
            for (int i = 0; i < 2; i++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                network.call(ones(2, 3)).sum().backward();
                optimizer.step();
            }
        }
        Assert.Equal(before, LiveTensors());
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_step_cleans_up_after_itself_without_a_scope(string rule)
    {
        var parameters = Start();
        using var optimizer = Create(rule, parameters);
        Step(parameters, optimizer);
        using (NewDisposeScope())
            (parameters[0].sum() + parameters[1].sum()).backward();
        long before = LiveTensors();
        optimizer.step();
        nn.utils.clip_grad_norm_(parameters, 1);
        optimizer.zero_grad();
        // At once, not when the garbage is collected.
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static Parameter[] Start()
    {
        var generator = new Generator(5);
        return [new(randn([7, 3], generator: generator)), new(randn([11], generator: generator))];
    }

    private static Parameter[] Copies(Parameter[] parameters) => [.. parameters.Select(p => new Parameter(p.detach().clone()))];

    private static OptimizerHelper Create(string rule, Parameter[] parameters) => rule switch
    {
        "sgd" => optim.SGD(parameters, .1, .9),
        "amsgrad" => optim.AdamW(parameters, .1, amsgrad: true),
        _ => optim.AdamW(parameters, .1),
    };

    private static (Parameter[] Parameters, OptimizerHelper Optimizer) HalfWay(string rule)
    {
        var parameters = Start();
        var optimizer = Create(rule, parameters);
        for (int i = 0; i < 3; i++)
            Step(parameters, optimizer);
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = .03;
        return (parameters, optimizer);
    }

    private static void Step(Parameter[] parameters, OptimizerHelper optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        (parameters[0].sin().sum() + (parameters[1] * parameters[1]).sum()).backward();
        optimizer.step();
    }

    private static void AssertGoOnAlike(Parameter[] a, OptimizerHelper first, Parameter[] b, OptimizerHelper second)
    {
        for (int i = 0; i < 3; i++)
        {
            Step(a, first);
            Step(b, second);
        }
        for (int i = 0; i < a.Length; i++)
            AssertSame(a[i], b[i], 0);
    }
}
