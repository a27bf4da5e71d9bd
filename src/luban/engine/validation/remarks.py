"""What the check can say, in both languages, with repairs."""

from __future__ import annotations

from luban.model.finding import Remark, Severity

NO_NODES = Remark(
    "no_nodes",
    "There are no nodes to run.",
    "没有可以运行的节点。",
    "Add a block, for example an input and an output.",
    "请添加模块，例如一个输入和一个输出。",
)
UNKNOWN_BLOCK = Remark(
    "unknown_block",
    "The node `{node}` uses the block `{block}`, which is not installed.",
    "节点“{node}”使用的模块“{block}”未安装。",
    "{hint}",
    "{hint_zh}",
)
BROKEN_BLOCK = Remark(
    "broken_block",
    "The node `{node}` uses the block `{block}`, and its file is broken: {where} {why}",
    "节点“{node}”使用的模块“{block}”所在的文件有错误：{where} {why_zh}",
    "Repair the file; it is loaded again as soon as it is saved.",
    "请修正该文件；保存后会自动重新加载。",
)
BLOCK_VERSION_GONE = Remark(
    "block_version_gone",
    "The node `{node}` was made for version {version} of the block `{block}`; there is version "
    "{installed}, with no rule that leads to it.",
    "节点“{node}”是为模块“{block}”的版本 {version} 编写的；"
    "现有版本为 {installed}，且没有可用的升级规则。",
    "Look through the node and write `{block}@{installed}`, or bring version {version} back.",
    "请检查该节点并写成 `{block}@{installed}`，或恢复版本 {version}。",
)
UNMET_NEED = Remark(
    "unmet_need",
    "The block `{block}` of `{node}` lacks `{need}`. {why}",
    "“{node}”的模块“{block}”缺少“{need}”。{why_zh}",
    severity=Severity.WARNING,
)
NO_BLOCK = Remark(
    "bad_document",
    "The node `{node}` names no block.",
    "节点“{node}”没有指定模块。",
    "Add `block: ` with the id of a block; `luban blocks` lists them.",
    "请加上 `block: ` 和模块 id；`luban blocks` 会列出所有模块。",
)
UNKNOWN_NODE = Remark(
    "unknown_node",
    "The link `{link}` names the node `{name}`, which is not there.",
    "连线“{link}”指向的节点“{name}”不存在。",
    "{hint}",
    "{hint_zh}",
)
UNKNOWN_OUTPUT = Remark(
    "unknown_pin",
    "`{node}` has no output `{pin}`.",
    "“{node}”没有输出“{pin}”。",
    "{hint}",
    "{hint_zh}",
)
UNKNOWN_INPUT = Remark(
    "unknown_pin",
    "`{node}` has no input `{pin}`.",
    "“{node}”没有输入“{pin}”。",
    "{hint}",
    "{hint_zh}",
)
MISSING_INPUT = Remark(
    "missing_input",
    "The input `{pin}` of `{node}` has no value.",
    "“{node}”的输入“{pin}”没有值。",
    "Link something to it, or write it under `with` of the node.",
    "请为它连线，或在节点的 `with` 中填写。",
)
INVALID_VALUE = Remark(
    "invalid_value",
    "The input `{pin}` of `{node}` is {value}, but {expected}.",
    "“{node}”的输入“{pin}”的值是 {value}，但{expected_zh}。",
    "Change `{place}` under `with` of the node.",
    "请修改节点 `with` 中的“{place}”。",
)
UNUSABLE_VALUES = Remark(
    "invalid_value",
    "The inputs of `{node}` do not go together: {cause}.",
    "“{node}”的输入不能这样搭配：{cause_zh}。",
    "Change the values under `with` of the node.",
    "请修改节点 `with` 中的值。",
)
TYPE_MISMATCH = Remark(
    "type_mismatch",
    "`{source}` gives {given}, which can never become the {wanted} that `{target}` takes.",
    "“{source}”给出{given_zh}，而“{target}”需要{wanted_zh}，无法转换。",
    "Link another output, pick a part of it with a path, or put a convert block between.",
    "请改连其他输出，用路径取其中一部分，或在中间加一个转换模块。",
)
DOUBTFUL_TYPE = Remark(
    "type_mismatch",
    "`{source}` gives {given}; only some of those are the {wanted} that `{target}` takes.",
    "“{source}”给出{given_zh}；其中只有一部分能作为“{target}”所需的{wanted_zh}。",
    "Make sure that it always is one.",
    "请确认它总是合适的。",
    Severity.WARNING,
)
NO_PARTS = Remark(
    "type_mismatch",
    "`{source}` has no parts: `{pin}` is {given}.",
    "“{source}”没有可取的部分：“{pin}”是{given_zh}。",
    "Remove the path after `{pin}`.",
    "请删去“{pin}”后面的路径。",
)
TOOL_NODE_LINKED = Remark(
    "tool_node_linked",
    "`{node}` is a tool, and also linked by `{link}`: a tool takes and gives no tokens.",
    "“{node}”用作工具，同时又有连线“{link}”：工具节点不收发数据。",
    "Remove that link, or use a second node of the same block beside the tool.",
    "请删除这条连线，或为数据流另放一个相同模块的节点。",
)
TOOL_NOT_TAKEN = Remark(
    "type_mismatch",
    "`{source}` is linked as a tool to `{node}.{pin}`, which takes {wanted} and no tools.",
    "“{source}”作为工具连接到“{node}.{pin}”，而它需要的是{wanted_zh}，不接受工具。",
    "Link `as_tool` to the tools of an agent, or start the link from another output.",
    "请把 `as_tool` 连接到智能体的工具端口，或从其他输出端口连线。",
)
ONLY_TOOLS = Remark(
    "type_mismatch",
    "`{node}.{pin}` takes tools, and `{source}` gives a value.",
    "“{node}.{pin}”只接受工具，而“{source}”给出的是数据。",
    "Start the link from `as_tool` of a node.",
    "请从某个节点的 `as_tool` 开始连线。",
)
BODY_AS_TOOL = Remark(
    "not_a_tool",
    "`{node}` has a body, and cannot be a tool.",
    "“{node}”带有内部流程，不能用作工具。",
    "Make an agent of its body, and let the agent use it: `agent:` with its name.",
    "请把内部流程做成单独的智能体，再以 `agent:名称` 的形式使用。",
)
NOT_A_TOOL = Remark(
    "not_a_tool",
    "`{node}` ({block}) is no step, and cannot be a tool.",
    "“{node}”（{block}）不是步骤，不能用作工具。",
    "Link a node that does something.",
    "请连接真正执行操作的节点。",
)
DISABLED_TOOL = Remark(
    "disabled_source",
    "The tool `{node}` is disabled, so nothing can use it.",
    "工具“{node}”已停用，无法被使用。",
    "Enable `{node}`, or remove its links.",
    "请启用“{node}”，或删除它的连线。",
    Severity.WARNING,
)
DUPLICATE_INPUT_NAME = Remark(
    "duplicate_input_name",
    "The inputs `{node}` and `{other}` have the same name `{name}`.",
    "输入“{node}”与“{other}”同名：“{name}”。",
    "Give one of them another name, or use one input for both.",
    "请为其中一个改名，或只用一个输入。",
)
DISABLED_SOURCE = Remark(
    "disabled_source",
    "`{node}` never runs: its input `{pin}` comes from `{source}`, which is disabled.",
    "“{node}”不会运行：它的输入“{pin}”来自已停用的“{source}”。",
    "Enable `{source}`, or link another output to `{pin}`.",
    "请启用“{source}”，或为“{pin}”改连其他输出。",
    Severity.WARNING,
)
UNREACHABLE_CYCLE = Remark(
    "unreachable_node",
    "`{node}` never runs: {nodes} wait for each other, and nothing starts them.",
    "“{node}”不会运行：{nodes} 相互等待，没有任何节点使它们开始。",
    "Link a node outside this cycle to the same input, so that a first value comes in.",
    "请从循环之外为同一个输入再连一条线，使第一个值能够进入。",
    Severity.WARNING,
)
UNREACHABLE = Remark(
    "unreachable_node",
    "`{node}` never runs: nothing ever arrives at its input `{pin}`.",
    "“{node}”不会运行：它的输入“{pin}”永远收不到值。",
    "Link an output that gives something to `{pin}`.",
    "请为“{pin}”连接一个会给出值的输出。",
    Severity.WARNING,
)
UNUSED = Remark(
    "unreachable_node",
    "`{node}` is linked to nothing: it runs once, and nobody sees what it gives.",
    "“{node}”没有任何连线：它会运行一次，但结果无人使用。",
    "Link it, or remove it.",
    "请为它连线，或将其删除。",
    Severity.WARNING,
)
ENDLESS = Remark(
    "cycle_without_exit",
    "The cycle {nodes} never ends: every step in it always leads to the next one.",
    "循环 {nodes} 永远不会结束：其中每一步都必然引出下一步。",
    "Put a branch such as `logic.if` into the cycle and link only one of its ways back.",
    "请在循环中加入分支（例如 `logic.if`），只让其中一条路连回去。",
)
BODY_OVER_MISSING = Remark(
    "missing_input",
    "The body of `{node}` does not say over which input it goes.",
    "“{node}”的内部流程没有写明要遍历哪个输入。",
    "Write `over: ` with the name of an input of the body.",
    "请写 `over: ` 和内部流程中一个输入的名称。",
)
BODY_OVER_UNKNOWN = Remark(
    "unknown_pin",
    "The body of `{node}` goes over `{pin}`, but has no input of that name: no item gets in.",
    "“{node}”的内部流程遍历“{pin}”，但其中没有这个名称的输入，任何一项都进不去。",
    "{hint}",
    "{hint_zh}",
    Severity.WARNING,
)
BODY_UNTIL_MISSING = Remark(
    "cycle_without_exit",
    "The loop of `{node}` does not say when it ends.",
    "“{node}”的循环没有写明何时结束。",
    "Write `until: ` with the name of an output of the body that becomes true.",
    "请写 `until: ` 和内部流程中一个会变为真的输出的名称。",
)
BODY_UNTIL_UNKNOWN = Remark(
    "unknown_pin",
    "The loop of `{node}` ends when `{pin}` is true, but its body has no such output.",
    "“{node}”的循环在“{pin}”为真时结束，但内部流程没有这个输出。",
    "{hint}",
    "{hint_zh}",
)
