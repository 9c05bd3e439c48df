# language: zh-CN
功能: 植入的跳过
  @guide-2.1
  规则: 缺了什么就跳过
    场景: 今天不跑
      当 缺了什么
